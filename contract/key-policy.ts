/**
 * The policy of a tenant's key. Invariant: only a session of the tenant role with this tenant's id as its session tag
 * can use the key for cryptography, and only with the id in the encryption context. The account administers the key
 * but cannot use it, and nobody can create grants, which would bypass both. Nobody deletes the key sooner than the
 * window; who may change this policy can change that too.
 * `aws:ResourceTag` has no meaning in a key policy, so the tenant id is a literal here.
 */
import { tenantIdTag } from './tenant-id.ts';

export interface KeyPolicyInput {
  /** a valid tenant id */
  readonly tenantId: string;
  /** `aws`, `aws-cn`, ... or the token that stands for it in a template */
  readonly partition: string;
  readonly accountId: string;
  /** ARN of the role of which each session is one tenant's */
  readonly tenantRoleArn: string;
  /** ARN of the execution role of the control plane */
  readonly controlPlaneRoleArn: string;
  /** the shortest time that anybody may set between scheduling the key's deletion and the deletion */
  readonly deletionWindowInDays: number;
}

/** What a tenant session may do with its key. ReEncrypt is two permissions, one for each side. */
export const tenantActions = [
  'kms:Encrypt',
  'kms:Decrypt',
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
] as const;

/** Every action that uses key material. */
export const cryptographicActions = [
  'kms:Encrypt',
  'kms:Decrypt',
  'kms:ReEncrypt*',
  'kms:GenerateDataKey*',
  'kms:GenerateMac',
  'kms:VerifyMac',
  'kms:Sign',
  'kms:Verify',
  'kms:DeriveSharedSecret',
] as const;

/** What the account's administrators may do through IAM: everything but cryptography and grants. */
export const administrativeActions = [
  'kms:Describe*',
  'kms:Get*',
  'kms:List*',
  'kms:PutKeyPolicy',
  'kms:UpdateKeyDescription',
  'kms:EnableKey',
  'kms:DisableKey',
  'kms:EnableKeyRotation',
  'kms:DisableKeyRotation',
  'kms:RotateKeyOnDemand',
  'kms:TagResource',
  'kms:UntagResource',
  'kms:CreateAlias',
  'kms:UpdateAlias',
  'kms:DeleteAlias',
  'kms:ScheduleKeyDeletion',
  'kms:CancelKeyDeletion',
  'kms:RevokeGrant',
] as const;

/**
 * What the control plane may do with the key from its creation on, without waiting until its tags count.
 * PutKeyPolicy is among them, since KMS refuses a policy that the creator of the key could not change.
 */
const controlPlaneActions = [
  'kms:DescribeKey',
  'kms:GetKeyPolicy',
  'kms:GetKeyRotationStatus',
  'kms:GetKeyLastUsage',
  'kms:ListKeyRotations',
  'kms:ListResourceTags',
  'kms:PutKeyPolicy',
  'kms:EnableKey',
  'kms:DisableKey',
  'kms:EnableKeyRotation',
  'kms:RotateKeyOnDemand',
  'kms:CreateAlias',
  'kms:DeleteAlias',
  'kms:ScheduleKeyDeletion',
  'kms:CancelKeyDeletion',
] as const;

/** @returns the policy document of one tenant's key, for CreateKey and for AWS::KMS::Key alike */
export function keyPolicy(input: KeyPolicyInput) {
  const { tenantId, partition, accountId, tenantRoleArn, controlPlaneRoleArn } = input;
  const { deletionWindowInDays } = input;
  const account = { AWS: `arn:${partition}:iam::${accountId}:root` };
  const isTenantRole = { ArnEquals: { 'aws:PrincipalArn': tenantRoleArn } };
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'AccountAdministersWithoutUse',
        Effect: 'Allow',
        Principal: account,
        Action: [...administrativeActions],
        Resource: '*',
      },
      {
        Sid: 'ControlPlaneAdministers',
        Effect: 'Allow',
        Principal: { AWS: controlPlaneRoleArn },
        Action: [...controlPlaneActions],
        Resource: '*',
      },
      {
        Sid: 'TenantSessionUses',
        Effect: 'Allow',
        Principal: account,
        Action: [...tenantActions],
        Resource: '*',
        Condition: {
          ArnEquals: { 'aws:PrincipalArn': tenantRoleArn },
          StringEquals: {
            [`aws:PrincipalTag/${tenantIdTag}`]: tenantId,
            [`kms:EncryptionContext:${tenantIdTag}`]: tenantId,
          },
          // IAM ignores the case of a context key's name; this requires the exact spelling.
          'ForAnyValue:StringEquals': { 'kms:EncryptionContextKeys': tenantIdTag },
        },
      },
      {
        Sid: 'NobodyElseUses',
        Effect: 'Deny',
        Principal: '*',
        Action: [...cryptographicActions],
        Resource: '*',
        Condition: { ArnNotEquals: { 'aws:PrincipalArn': tenantRoleArn } },
      },
      {
        Sid: 'NeighbourTouchesNothing',
        Effect: 'Deny',
        Principal: '*',
        Action: 'kms:*',
        Resource: '*',
        Condition: {
          ...isTenantRole,
          // Also true where the session carries no tag at all.
          StringNotEquals: { [`aws:PrincipalTag/${tenantIdTag}`]: tenantId },
        },
      },
      {
        Sid: 'TenantSessionOnlyUses',
        Effect: 'Deny',
        Principal: '*',
        NotAction: [...tenantActions],
        Resource: '*',
        Condition: isTenantRole,
      },
      {
        Sid: 'NobodyGrants',
        Effect: 'Deny',
        Principal: '*',
        Action: 'kms:CreateGrant',
        Resource: '*',
      },
      {
        Sid: 'NobodyDeletesHastily',
        Effect: 'Deny',
        Principal: '*',
        Action: 'kms:ScheduleKeyDeletion',
        Resource: '*',
        // A request without a window does not match. KMS's default is 30 days, the longest that there is.
        Condition: {
          NumericLessThan: {
            'kms:ScheduleKeyDeletionPendingWindowInDays': String(deletionWindowInDays),
          },
        },
      },
    ],
  };
}
