/**
 * The API itself: what of it has no meaning on one machine (TLS, VPC endpoints, names) is read and left out, unless it
 * would let in more than the product promises.
 */
import { z } from 'zod';
import { overlap, wildcard } from '../iam/wildcard.ts';
import { TemplateError } from '../template/intrinsics.ts';

const policyStatement = z.discriminatedUnion('Effect', [
  // It only takes away: here every request comes through the endpoints.
  z.strictObject({
    Sid: z.string().optional(),
    Effect: z.literal('Deny'),
    Principal: z.unknown(),
    Action: z.literal('execute-api:Invoke'),
    Resource: z.unknown(),
    Condition: z.strictObject({
      StringNotEquals: z.strictObject({ 'aws:SourceVpce': z.unknown() }),
    }),
  }),
  z.strictObject({
    Sid: z.string().optional(),
    Effect: z.literal('Allow'),
    Principal: z.unknown(),
    Action: z.literal('execute-api:Invoke'),
    Resource: z.array(z.string().startsWith('execute-api:/')),
  }),
]);

export const restApi = z.strictObject({
  Name: z.string(),
  Description: z.string().optional(),
  BinaryMediaTypes: z.array(z.string()).default([]),
  DisableExecuteApiEndpoint: z.boolean().optional(),
  EndpointConfiguration: z.unknown().optional(),
  // A template that would let TLS 1.0 in is refused.
  SecurityPolicy: z.enum(['SecurityPolicy_TLS13_1_2_PQ_2025_09', 'TLS_1_2']).optional(),
  EndpointAccessMode: z.literal('STRICT').optional(),
  Policy: z
    .strictObject({ Version: z.literal('2012-10-17'), Statement: z.array(policyStatement) })
    .optional(),
  Tags: z.unknown().optional(),
});

/**
 * What a resource policy allows is allowed whatever the authorizer's policy leaves out (API Gateway, "How API Gateway
 * resource policies affect authorization workflow", table A). This gateway asks the authorizer's alone.
 * @throws TemplateError where the policy allows a method that has an authorizer
 */
export function refuseOpenMethods(
  { Policy }: z.output<typeof restApi>,
  stage: string,
  methods: readonly { readonly httpMethod: string; readonly resourcePath: string }[],
): void {
  const allowed = (Policy?.Statement ?? []).flatMap((one) =>
    one.Effect === 'Allow' ? one.Resource : [],
  );
  for (const { httpMethod, resourcePath } of methods) {
    // Whatever stands for a parameter: a policy may name one tenant's path.
    const paths = resourcePath.replace(/\{[^}]+\}/g, '*');
    const resources = wildcard(`execute-api:/${stage}/${httpMethod}${paths}`);
    const open = allowed.find((pattern) => overlap(wildcard(pattern), resources));
    if (open === undefined) continue;
    throw new TemplateError(
      `the API's policy allows ${open}, so ${httpMethod} ${resourcePath} goes past its authorizer's policy`,
    );
  }
}
