/** The policies of a synthesized stack, as the theorems take them. */
import { keyPolicy } from '../contract/key-policy.ts';
import { readRoles } from '../local/sts/template.ts';
import type { Template } from '../local/template/template.ts';
import { type Policy, policyOf } from './formula/policy.ts';

export interface StackRole {
  readonly arn: string;
  /** the beginning of its logical id, without the hash */
  readonly title: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly trust: Policy;
  readonly policies: readonly Policy[];
}

/** A key that the template declares. */
export interface StackKey {
  readonly arn: string;
  /** its logical id, without the hash */
  readonly title: string;
  readonly policy: Policy;
}

export interface StackPolicies {
  readonly accountId: string;
  readonly roles: readonly StackRole[];
  /** the role whose title begins so; @throws Error where there is none */
  role(title: string): StackRole;
  readonly keys: readonly StackKey[];
  /** the key whose title begins so; @throws Error where there is none */
  key(title: string): StackKey;
  /** ARNs of the tables of tenants' rows and of audit events */
  readonly tables: { readonly rows: string; readonly events: string };
  /** ARN of the trail */
  readonly trail: string;
  /** ARN of the function that opens sessions */
  readonly sessionBroker: string;
  /** the shortest time from scheduling a key's deletion to the deletion */
  readonly deletionWindowInDays: number;
  /** of the key that any tenant gets at run time: where it has the tenant's id, this one has a variable of that key */
  readonly tenantKeyPolicy: Policy;
}

const deletionWindowInDays = 30;

/** A key that no request of AWS has: the id of the tenant whose key it is. No tenant id has a `$`. */
export const ownTenantKey = 'prove:tenant';

export function stackPolicies(template: Template): StackPolicies {
  const { account } = template;
  const roles = [...readRoles(template).values()].map(
    (role): StackRole => ({
      arn: role.arn,
      title: role.trustPolicy.name.replace(/[0-9A-F]{8}\/TrustPolicy$/, ''),
      tags: role.tags,
      trust: policyOf(role.trustPolicy.name, role.trustPolicy.source),
      policies: role.identityPolicies.map(({ name, source }) => policyOf(name, source)),
    }),
  );
  const keys = keysOf(template);
  const role = (title: string) => titled(roles, title);
  return {
    accountId: account.accountId,
    roles,
    role,
    keys,
    key: (title) => titled(keys, title),
    tables: {
      rows: arnOf(template, 'AWS::DynamoDB::Table', 'TenantTable'),
      events: arnOf(template, 'AWS::DynamoDB::Table', 'AuditTable'),
    },
    trail: arnOf(template, 'AWS::CloudTrail::Trail', 'AuditTrail'),
    sessionBroker: arnOf(template, 'AWS::Lambda::Function', 'FunctionsSessionBroker'),
    deletionWindowInDays,
    tenantKeyPolicy: policyOf(
      'TenantKey',
      keyPolicy({
        tenantId: `\${${ownTenantKey}}`,
        partition: account.partition,
        accountId: account.accountId,
        tenantRoleArn: role('TenantRole').arn,
        controlPlaneRoleArn: role('ControlPlaneRole').arn,
        deletionWindowInDays,
      }),
    ),
  };
}

const keysOf = (template: Template): StackKey[] =>
  template.ofType('AWS::KMS::Key').map(({ logicalId, properties }) => {
    const title = logicalId.replace(/[0-9A-F]{8}$/, '');
    return {
      title,
      arn: template.identity(logicalId).attributes.Arn as string,
      policy: policyOf(title, properties.KeyPolicy),
    };
  });

/** @throws Error where no title begins so */
export function titled<T extends { readonly title: string }>(all: readonly T[], title: string): T {
  const found = all.find((one) => one.title.startsWith(title));
  if (found === undefined) throw new Error(`the template has no ${title}`);
  return found;
}

/** @throws Error unless there is one of the type whose logical id begins so */
function arnOf(template: Template, type: string, prefix: string): string {
  const [one, more] = template.ofType(type).filter(({ logicalId }) => logicalId.startsWith(prefix));
  if (one === undefined || more !== undefined) throw new Error(`not one ${type} is ${prefix}...`);
  return template.identity(one.logicalId).attributes.Arn as string;
}
