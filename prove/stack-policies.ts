/** The policies of a synthesized stack, as the theorems take them. */
import { isDeepStrictEqual } from 'node:util';
import { type KeyPolicyInput, keyPolicy } from '../contract/key-policy.ts';
import { keyStoresSettings } from '../contract/key-stores.ts';
import { type StackNames, stackNames } from '../contract/stack-names.ts';
import { tenantIdTag } from '../contract/tenant-id.ts';
import { readRoles } from '../local/sts/template.ts';
import { type StackTable, tableArnOf } from '../local/template/stack-tables.ts';
import type { Template } from '../local/template/template.ts';
import { type Policy, policyOf } from './formula/policy.ts';
import { type ResourceNames, resourceNames } from './resource-names.ts';
import { refuseUnreadPolicies } from './unread-policies.ts';

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
  readonly partition: string;
  /** of the stack, with which its log groups and alarms begin */
  readonly name: string;
  /** of tags and aliases of its tenants' keys */
  readonly ownNames: StackNames;
  /** of what the template makes, for lists that people read */
  readonly names: ResourceNames;
  readonly roles: readonly StackRole[];
  /** the role whose title begins so; @throws Error where there is none */
  role(title: string): StackRole;
  readonly keys: readonly StackKey[];
  /** the key whose title begins so; @throws Error where there is none */
  key(title: string): StackKey;
  /** ARNs of the tables of tenants' rows and of audit events */
  readonly tables: {
    readonly rows: string;
    readonly macKeys: string;
    readonly events: string;
  };
  /** ARN of the trail */
  readonly trail: string;
  /** ARN of the function that opens sessions */
  readonly sessionBroker: string;
  /** what the functions are told of key stores elsewhere */
  readonly keyStores: {
    /** of AWS's tokens for Vault; absent: none is configured that takes them */
    readonly audience?: string | undefined;
    /** whether Vault takes tokens of the product's own issuer */
    readonly takeOwnTokens: boolean;
    /** of tokens for Azure Key Vault, where only functions sign in by one; absent: none is configured */
    readonly azureAudience?: string | undefined;
    /** of tenants, with keys of their own; ids */
    readonly accounts: readonly string[];
  };
  /** ARNs of the functions that administer keys, by the titles of their roles */
  readonly storeFunctions: Readonly<Record<string, string>>;
  /** the shortest time from scheduling a key's deletion to the deletion */
  readonly deletionWindowInDays: number;
  /** of the key that any tenant gets at run time: where it has the tenant's id, this one has a variable of that key */
  readonly tenantKeyPolicy: Policy;
}

/** @returns the keys that sign certificates: one, or two with the post-quantum one */
export const signingKeysOf = ({ keys }: Pick<StackPolicies, 'keys'>): readonly StackKey[] => [
  titled(keys, 'CertificateKey'),
  ...keys.filter(({ title }) => title.startsWith('PostQuantumKey')),
];

/** @returns the keys that sign tokens of the product's own issuer: none, or two */
export const issuerKeysOf = ({ keys }: Pick<StackPolicies, 'keys'>): readonly StackKey[] =>
  keys.filter(({ title }) => title.startsWith('OwnIssuerKey'));

/** A key that no request of AWS has: the id of the tenant whose key it is. No tenant id has a `$`. */
export const ownTenantKey = 'prove:tenant';

/** @param policyOfTenantKey in place of the product's: what the policy of tenants' keys is with a guard less */
export function stackPolicies(
  template: Template,
  policyOfTenantKey: (input: KeyPolicyInput) => unknown = keyPolicy,
): StackPolicies {
  refuseUnreadPolicies(template);
  const { ownNames, ...input } = keyPolicyInput(template);
  refuseOtherTenantKeys(template, input);
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
  const functionArn = (prefix: string) => arnOf(template, 'AWS::Lambda::Function', prefix);
  return {
    accountId: template.account.accountId,
    partition: template.account.partition,
    name: template.account.stackName,
    ownNames,
    names: resourceNames(template),
    roles,
    role,
    keys,
    key: (title) => titled(keys, title),
    tables: {
      rows: tableArn(template, 'TenantTable'),
      macKeys: tableArn(template, 'MacKeyTable'),
      events: tableArn(template, 'AuditTable'),
    },
    trail: arnOf(template, 'AWS::CloudTrail::Trail', 'AuditTrail'),
    sessionBroker: functionArn('FunctionsSessionBroker'),
    keyStores: keyStoresOf(template),
    storeFunctions: {
      ControlPlaneRole: functionArn('FunctionsTenants'),
      ReconcilerRole: functionArn('FunctionsReconciler'),
      CertificatesRole: functionArn('FunctionsCertificates'),
    },
    deletionWindowInDays: input.deletionWindowInDays,
    tenantKeyPolicy: policyOf(
      'TenantKey',
      policyOfTenantKey({ tenantId: `\${${ownTenantKey}}`, ...input }),
    ),
  };
}

type KeyPolicyOfStack = Omit<KeyPolicyInput, 'tenantId'>;

/**
 * What the functions that make keys and put their policies back take from their environment.
 * @throws Error unless they agree
 */
function keyPolicyInput(template: Template): KeyPolicyOfStack & Pick<StackPolicies, 'ownNames'> {
  const environments = environmentsOf(template).filter(
    (variables) => 'ACCOUNT_ID' in variables && 'PARTITION' in variables,
  );
  const only = (name: string): string => {
    const [value, ...others] = new Set(environments.map((variables) => variables[name]));
    if (value !== undefined && others.length === 0) return value;
    throw new Error(`the functions that make tenants' keys do not have one ${name} for all`);
  };
  return {
    ownNames: stackNames(only('TENANT_KEYS_NAME')),
    partition: only('PARTITION'),
    accountId: only('ACCOUNT_ID'),
    tenantRoleArn: only('TENANT_ROLE_ARN'),
    controlPlaneRoleArn: only('CONTROL_PLANE_ROLE_ARN'),
    deletionWindowInDays: Number(only('DELETION_WINDOW_IN_DAYS')),
  };
}

const environmentsOf = (template: Template) =>
  template
    .ofType('AWS::Lambda::Function')
    .map(({ properties }) => properties.Environment as { Variables?: Record<string, string> })
    .map((environment) => environment?.Variables ?? {});

/** @throws Error where functions are told of different stores */
function keyStoresOf(template: Template): StackPolicies['keyStores'] {
  const told = environmentsOf(template).flatMap(({ KEY_STORES }) => KEY_STORES ?? []);
  const [text, ...others] = new Set(told);
  if (text === undefined) return { takeOwnTokens: false, accounts: [] };
  if (others.length > 0) throw new Error('the functions are not told of the same key stores');
  const { vault, azureKeyVault, awsKmsExternal } = keyStoresSettings.parse(JSON.parse(text));
  return {
    audience: vault?.tokenIssuer === 'sts' ? vault.audience : undefined,
    takeOwnTokens: vault?.tokenIssuer === 'own',
    ...(azureKeyVault && { azureAudience: azureKeyVault.audience }),
    accounts: awsKmsExternal?.accounts ?? [],
  };
}

/** A key that the template declares for a tenant has the policy of all, or the theorems do not speak of it. */
function refuseOtherTenantKeys(template: Template, input: KeyPolicyOfStack): void {
  for (const { logicalId, properties } of template.ofType('AWS::KMS::Key').filter(isDeclared)) {
    const tags = properties.Tags as readonly { readonly Key: string; readonly Value: string }[];
    const tenantId = tags.find(({ Key }) => Key === tenantIdTag)?.Value ?? '';
    if (isDeepStrictEqual(properties.KeyPolicy, keyPolicy({ tenantId, ...input }))) continue;
    throw new Error(`${logicalId} is a tenant's key with a policy of its own`);
  }
}

const isDeclared = ({ logicalId }: { readonly logicalId: string }) =>
  logicalId.startsWith('DeclaredTenants');

const keysOf = (template: Template): StackKey[] =>
  template.ofType('AWS::KMS::Key').map(({ logicalId, properties }) => {
    const title = logicalId.replace(/[0-9A-F]{8}$/, '');
    return {
      title,
      arn: template.identity(logicalId).attributes.Arn as string,
      policy: policyOf(title, properties.KeyPolicy),
    };
  });

/** @throws Error unless there is one of this title, or one alone whose title begins so */
export function titled<T extends { readonly title: string }>(all: readonly T[], title: string): T {
  const beginning = all.filter((one) => one.title.startsWith(title));
  const found = beginning.find((one) => one.title === title) ?? beginning[0];
  if (found !== undefined && (found.title === title || beginning.length === 1)) return found;
  throw new Error(`the template has ${beginning.length} of which the title is ${title}...`);
}

/** @throws Error unless there is one of the type whose logical id begins so */
function arnOf(template: Template, type: string, prefix: string): string {
  const [one, more] = template.ofType(type).filter(({ logicalId }) => logicalId.startsWith(prefix));
  if (one === undefined || more !== undefined) throw new Error(`not one ${type} is ${prefix}...`);
  return template.identity(one.logicalId).attributes.Arn as string;
}

/** @throws Error unless the stack makes the table or takes it over */
function tableArn(template: Template, table: StackTable): string {
  const arn = tableArnOf(template, table);
  if (arn === undefined) throw new Error(`the stack has no ${table}`);
  return arn;
}
