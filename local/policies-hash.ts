/**
 * Which policies a template has, as one hash: the stack on this machine is synthesized with another issuer than the one
 * that `npm run prove` takes, and yet its policies are the same ones or not.
 */
import { createHash } from 'node:crypto';
import { keyPolicy } from '../contract/key-policy.ts';
import { readRoles } from './sts/template.ts';
import type { Template } from './template/template.ts';

const of =
  "every role's ARN, tags, trust policy and policies, every key's ARN and policy, and the policy of the keys of tenants " +
  "('*' for the id), sorted by ARN, as JSON without spaces";

export interface PoliciesHash {
  readonly sha256: string;
  /** what is hashed */
  readonly of: string;
}

export function policiesHash(template: Template): PoliciesHash {
  const roles = [...readRoles(template).values()].map(
    ({ arn, tags, trustPolicy, identityPolicies }) => ({
      arn,
      tags,
      trustPolicy: trustPolicy.source,
      policies: identityPolicies.map(({ source }) => source),
    }),
  );
  const keys = template.ofType('AWS::KMS::Key').map(({ logicalId, properties }) => ({
    arn: String(template.identity(logicalId).attributes.Arn),
    policy: properties.KeyPolicy,
  }));
  const text = JSON.stringify({
    roles: roles.sort(byArn),
    keys: keys.sort(byArn),
    tenantKeys: tenantKeyPolicies(template),
  });
  return { sha256: createHash('sha256').update(text).digest('hex'), of };
}

const byArn = (one: { readonly arn: string }, other: { readonly arn: string }) =>
  one.arn < other.arn ? -1 : 1;

/** By the environments of the functions that make or repair the policy of a tenant's key. */
function tenantKeyPolicies(template: Template): unknown[] {
  return template
    .ofType('AWS::Lambda::Function')
    .map(({ properties }) => {
      const { Variables } = (properties.Environment ?? {}) as {
        readonly Variables?: Readonly<Record<string, string>>;
      };
      return Variables ?? {};
    })
    .filter(({ DELETION_WINDOW_IN_DAYS }) => DELETION_WINDOW_IN_DAYS !== undefined)
    .map((variables) =>
      keyPolicy({
        tenantId: '*',
        partition: String(variables.PARTITION),
        accountId: String(variables.ACCOUNT_ID),
        tenantRoleArn: String(variables.TENANT_ROLE_ARN),
        controlPlaneRoleArn: String(variables.CONTROL_PLANE_ROLE_ARN),
        deletionWindowInDays: Number(variables.DELETION_WINDOW_IN_DAYS),
      }),
    );
}
