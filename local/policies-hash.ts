/**
 * Which policies a template has, as one hash: the stack on this machine is synthesized with another issuer than the one
 * that `npm run prove` takes, and yet its policies are the same ones or not.
 */
import { createHash } from 'node:crypto';
import { keyPolicy } from '../contract/key-policy.ts';
import { resourceTypes } from './template/resource-types.ts';
import type { Template } from './template/template.ts';

const of =
  "each resource with a property that is named like a policy, by its logical id, and the policy of the keys of tenants ('*' " +
  'for the id), every reference resolved, as JSON without spaces';

export interface PoliciesHash {
  readonly sha256: string;
  /** what is hashed */
  readonly of: string;
}

/** Whatever type it is of: a table can have a policy too. */
export function policiesHash(template: Template): PoliciesHash {
  const resources = Object.keys(resourceTypes)
    .flatMap((type) => template.ofType(type))
    .filter(({ properties }) => namesPolicy(properties))
    .sort((one, other) => (one.logicalId < other.logicalId ? -1 : 1));
  // Whose stack of this name it is stands in its names already.
  const { instance: _, ...place } = template.account;
  const text = JSON.stringify([place, resources, tenantKeyPolicies(template)]);
  return { sha256: createHash('sha256').update(text).digest('hex'), of };
}

const namesPolicy = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.entries(value).some(
    ([name, inner]) =>
      /polic|principal|statement|boundary|accesscontrol/i.test(name) || namesPolicy(inner),
  );

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
