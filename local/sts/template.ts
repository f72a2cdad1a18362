/** The roles of a template, with the policies that are attached to them. */
import { z } from 'zod';
import { parsePolicy } from '../iam/policy-document.ts';
import { readProperties } from '../template/properties.ts';
import type { Template } from '../template/template.ts';
import type { Role } from './role.ts';

const inlinePolicy = z.strictObject({ PolicyName: z.string(), PolicyDocument: z.unknown() });

// Managed policies are refused: the stack could not enforce them.
const roleProperties = z.strictObject({
  AssumeRolePolicyDocument: z.unknown(),
  Policies: z.array(inlinePolicy).default([]),
  MaxSessionDuration: z.int().min(3600).max(43_200).default(3600),
  Tags: z.array(z.strictObject({ Key: z.string(), Value: z.string() })).default([]),
  // It takes away and never gives, and is not in the template: what is refused here is so with it.
  PermissionsBoundary: z.string().optional(),
  Description: z.string().optional(),
  RoleName: z
    .string()
    .regex(/^[\w+=,.@-]{1,64}$/)
    .optional(),
  Path: z
    .string()
    .regex(/^\/([!-~]+\/)?$/)
    .optional(),
});

const policyProperties = z.strictObject({
  PolicyName: z.string(),
  PolicyDocument: z.unknown(),
  Roles: z.array(z.string()),
});

/** @returns the roles by ARN */
export function readRoles(template: Template): Map<string, Role> {
  const policies = template
    .ofType('AWS::IAM::Policy')
    .map((resource) => readProperties(resource, policyProperties));
  return new Map(
    template.ofType('AWS::IAM::Role').map((resource) => {
      const { ref: name, attributes } = template.identity(resource.logicalId);
      const properties = readProperties(resource, roleProperties);
      const attached = policies.filter((policy) => policy.Roles.includes(name));
      const arn = attributes.Arn as string;
      const role: Role = {
        arn,
        name,
        roleId: attributes.RoleId as string,
        trustPolicy: parsePolicy(
          properties.AssumeRolePolicyDocument,
          `${resource.logicalId}/TrustPolicy`,
          'resource',
        ),
        identityPolicies: [...properties.Policies, ...attached].map((policy) =>
          parsePolicy(
            policy.PolicyDocument,
            `${resource.logicalId}/${policy.PolicyName}`,
            'identity',
          ),
        ),
        tags: Object.fromEntries(properties.Tags.map((tag) => [tag.Key, tag.Value])),
        maxSessionDurationSeconds: properties.MaxSessionDuration,
      };
      return [arn, role];
    }),
  );
}
