/**
 * The resource policy of a private API. Invariant: it allows nothing that an authorizer decides about. What a resource
 * policy of the same account allows is allowed although the authorizer's policy says nothing of it, so a neighbour's
 * paths would be open to every token (API Gateway, "How API Gateway resource policies affect authorization workflow",
 * table A). Where the authorizer is asked, it is the authorizer's Allow that counts, and only this Deny is added to it.
 */
import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { documentRoute, problemsRoute, routes } from '../../contract/routes.ts';

/** Those that API Gateway's ANY stands for. */
const allMethods = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];

/** In an execute-api ARN `*` matches slashes too, so nothing narrower can be said of the paths. */
const methodsOfNoRoute = allMethods.filter((one) => !routes.some(({ method }) => method === one));

/** @param stage its name. Not `*`, which would match the method and a part of the path as well */
export const endpointPolicy = (
  vpcEndpointIds: readonly string[],
  stage: string,
): PolicyDocument => {
  const shared = { principals: [new AnyPrincipal()], actions: ['execute-api:Invoke'] };
  return new PolicyDocument({
    statements: [
      new PolicyStatement({
        ...shared,
        sid: 'ThroughTheseEndpointsOnly',
        effect: Effect.DENY,
        resources: ['execute-api:/*'],
        // True as well for what comes through no endpoint.
        conditions: { StringNotEquals: { 'aws:SourceVpce': [...vpcEndpointIds] } },
      }),
      new PolicyStatement({
        ...shared,
        sid: 'FixedAnswers',
        resources: [
          ...methodsOfNoRoute.map((method) => `execute-api:/${stage}/${method}/*`),
          ...[problemsRoute, documentRoute].map(
            ({ method, path }) => `execute-api:/${stage}/${method}${path}`,
          ),
        ],
      }),
    ],
  });
};
