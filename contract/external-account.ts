/**
 * A tenant's key in the tenant's own AWS account, and the role there by which alone it is used. Invariant: the trust policy
 * lets in one role of ours, in a session of this tenant, with this tenant's external id; the key policy lets that role use
 * the key with the tenant's id in the encryption context, and nobody else use it at all, the tenant's administrators
 * included. Nothing here is a secret: an external id says for whom we ask (IAM User Guide, the confused deputy problem).
 */
import * as z from 'zod/mini';
import { administrativeActions, cryptographicActions, tenantActions } from './key-policy.ts';
import type { KeyStoreName } from './key-stores.ts';
import { tenantId as anyTenantId, tenantIdTag } from './tenant-id.ts';

/** Whose key it is, and of which stack of ours. */
export interface ExternalTenant {
  /** a valid tenant id */
  readonly tenantId: string;
  /** the stack's name by its configuration */
  readonly name: string;
  readonly partition: string;
  /** the account of our stack */
  readonly productAccountId: string;
}

/** With the account in which the tenant's key is. */
export interface ExternalAccount extends ExternalTenant {
  readonly accountId: string;
  /** ARN of our role of which each session is one tenant's */
  readonly tenantRoleArn: string;
}

/** What such a role asks of its key, beside its use. */
const describeKey = 'kms:DescribeKey';

/** ARN of a key by its id: not of an alias, which could come to mean another key. */
export const externalKeyArnPattern =
  /^arn:(aws[a-z-]*):kms:([a-z0-9-]+):(\d{12}):key\/((?:mrk-)?[0-9a-f-]{32,36})$/;

const externalKeyArnText =
  'must be the ARN of a key in AWS KMS, such as arn:aws:kms:eu-central-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab';

export const externalKeyArn = z
  .string(externalKeyArnText)
  .check(z.regex(externalKeyArnPattern, externalKeyArnText));

/** A key of a tenant's own account is named by who asks for it; every other is made, and named, by the product. */
export const keyArnWithItsStore = z.refine<{
  readonly keyStore?: KeyStoreName | undefined;
  readonly keyArn?: string | undefined;
}>(
  ({ keyStore, keyArn }) => (keyStore === 'aws-kms-external') === (keyArn !== undefined),
  'must have keyArn with the keyStore aws-kms-external, and with no other',
);

const accountIdText = 'must be the id of an AWS account: 12 digits';

/** Of GET .../external-account. With a key's ARN there is more to give. */
export const externalAccountQuery = z.strictObject({
  accountId: z.optional(z.string(accountIdText).check(z.regex(/^\d{12}$/, accountIdText))),
  keyArn: z.optional(externalKeyArn),
});
export type ExternalAccountQuery = z.output<typeof externalAccountQuery>;

const document = z.record(z.string(), z.unknown());

/** What a tenant makes its key with. */
export const externalAccountSetup = z.strictObject({
  tenantId: anyTenantId,
  accountId: z.string(),
  region: z.string(),
  externalId: z.string(),
  roleArn: z.string(),
  keyPolicy: document,
  trustPolicy: document,
  /** absent as long as the key has no ARN */
  rolePolicy: z.optional(document),
  template: document,
});
export type ExternalAccountSetup = z.output<typeof externalAccountSetup>;

export interface KeyArnParts {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
}

/** @returns undefined for what is no ARN of a key */
export function keyArnParts(keyArn: string): KeyArnParts | undefined {
  const [whole, partition = '', region = '', accountId = ''] =
    externalKeyArnPattern.exec(keyArn) ?? [];
  return whole === undefined ? undefined : { partition, region, accountId };
}

/** A tenant id is a name of a role, and a stack's name is a path: our tenant role may assume its own tenant's role alone. */
export const externalRoleArn = (tenant: ExternalTenant, accountId: string): string =>
  `arn:${tenant.partition}:iam::${accountId}:role/${tenant.name}/${tenant.tenantId}`;

/** The same each time, and no other tenant's, of whichever stack (AssumeRole takes a colon in it). */
export const externalId = ({ productAccountId, name, tenantId }: ExternalTenant): string =>
  `${productAccountId}:${name}:${tenantId}`;

/**
 * Of the tenant's role. IAM resolves the ARN of our role to its unique id when the policy is saved: a role that is made
 * later under the same name is not let in. TagSession has no key for the external id or the session's name.
 */
export function trustPolicy(account: ExternalAccount) {
  const { tenantId, tenantRoleArn } = account;
  const statement = (sid: string, action: string, more: Readonly<Record<string, string>>) => ({
    Sid: sid,
    Effect: 'Allow',
    Principal: { AWS: tenantRoleArn },
    Action: action,
    Condition: {
      StringEquals: {
        [`aws:PrincipalTag/${tenantIdTag}`]: tenantId,
        [`aws:RequestTag/${tenantIdTag}`]: tenantId,
        ...more,
      },
      // Both actions are refused without the tag above, so that there always is one to compare.
      'ForAllValues:StringEquals': { 'aws:TagKeys': [tenantIdTag] },
    },
  });
  return policyDocument(
    statement('TenantKeysAssumesForThisTenant', 'sts:AssumeRole', {
      'sts:ExternalId': externalId(account),
      'sts:RoleSessionName': tenantId,
    }),
    statement('TenantKeysTagsForThisTenant', 'sts:TagSession', {}),
  );
}

/** Of the tenant's key. It names the role by conditions, so that the key can be made before the role is. */
export function externalKeyPolicy(account: ExternalAccount) {
  const { tenantId, partition, accountId } = account;
  const roleArn = externalRoleArn(account, accountId);
  const administrators = { AWS: `arn:${partition}:iam::${accountId}:root` };
  const isRole = { ArnEquals: { 'aws:PrincipalArn': roleArn } };
  const ofTenant = { [`aws:PrincipalTag/${tenantIdTag}`]: tenantId };
  return policyDocument(
    {
      Sid: 'AccountAdministersWithoutUse',
      ...{ Effect: 'Allow', Principal: administrators, Action: [...administrativeActions] },
      Resource: '*',
    },
    {
      Sid: 'TenantRoleUses',
      ...{ Effect: 'Allow', Principal: administrators, Action: [...tenantActions] },
      Resource: '*',
      Condition: {
        ...isRole,
        StringEquals: { ...ofTenant, [`kms:EncryptionContext:${tenantIdTag}`]: tenantId },
        // IAM ignores the case of a context key's name; this requires the exact spelling.
        'ForAnyValue:StringEquals': { 'kms:EncryptionContextKeys': tenantIdTag },
      },
    },
    {
      Sid: 'NobodyElseUses',
      ...{ Effect: 'Deny', Principal: '*', Action: [...cryptographicActions] },
      Resource: '*',
      Condition: { ArnNotEquals: { 'aws:PrincipalArn': roleArn } },
    },
    {
      Sid: 'OtherTenantTouchesNothing',
      ...{ Effect: 'Deny', Principal: '*', Action: 'kms:*' },
      Resource: '*',
      // Also true where the session carries no tag at all.
      Condition: { ...isRole, StringNotEquals: ofTenant },
    },
    {
      Sid: 'TenantRoleOnlyUses',
      ...{ Effect: 'Deny', Principal: '*', NotAction: [...tenantActions, describeKey] },
      Resource: '*',
      Condition: isRole,
    },
    {
      Sid: 'NobodyGrants',
      ...{ Effect: 'Deny', Principal: '*', Action: 'kms:CreateGrant' },
      Resource: '*',
    },
  );
}

/**
 * What the tenant's role may do: use its one key. The key's policy leaves it to IAM, so that neither opens it alone.
 * @param keyArn ARN of the key, or what stands for it in a template
 */
export function rolePolicy<T>({ tenantId }: ExternalTenant, keyArn: T) {
  return policyDocument(
    {
      Sid: 'UseTheKey',
      ...{ Effect: 'Allow', Action: [...tenantActions], Resource: keyArn },
      Condition: { StringEquals: { [`kms:EncryptionContext:${tenantIdTag}`]: tenantId } },
    },
    { Sid: 'DescribeTheKey', Effect: 'Allow', Action: describeKey, Resource: keyArn },
  );
}

/**
 * For CloudFormation in the tenant's account: the key and its role at once. KMS refuses the policy in any other account,
 * whose administrators it would lock out. The key outlives the stack: with it all that it has encrypted would be lost.
 */
export function externalAccountTemplate(account: ExternalAccount) {
  const { tenantId, name } = account;
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `The key of the tenant ${tenantId} of ${name}, and the role by which alone it is used`,
    Resources: {
      Key: {
        Type: 'AWS::KMS::Key',
        DeletionPolicy: 'Retain',
        UpdateReplacePolicy: 'Retain',
        Properties: {
          Description: `tenant-keys: tenant ${tenantId} of ${externalId(account)}`,
          EnableKeyRotation: true,
          KeyPolicy: externalKeyPolicy(account),
        },
      },
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          Description: `tenant-keys: uses the key of the tenant ${tenantId}`,
          Path: `/${name}/`,
          RoleName: tenantId,
          AssumeRolePolicyDocument: trustPolicy(account),
          Policies: [
            {
              PolicyName: 'UseTheKey',
              PolicyDocument: rolePolicy(account, { 'Fn::GetAtt': ['Key', 'Arn'] }),
            },
          ],
        },
      },
    },
    Outputs: {
      KeyArn: { Value: { 'Fn::GetAtt': ['Key', 'Arn'] } },
      RoleArn: { Value: { 'Fn::GetAtt': ['Role', 'Arn'] } },
    },
  };
}

const policyDocument = <S extends object>(...statements: readonly S[]) => ({
  Version: '2012-10-17',
  Statement: statements,
});
