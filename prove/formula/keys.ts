/**
 * What is known of condition keys. Invariant: a key is modelled only where it is known whether a request may have
 * several values of it and whether they are texts, whole numbers or truth values; a condition on any other key is left
 * free.
 * Sources: "AWS global condition context keys", IAM user guide; the pages of "Actions, resources, and condition keys
 * for AWS services".
 * Much of it stands in local/iam as well: this folder shares nothing with that one, since each is a witness to the
 * other (`test/prove/formula/agreement.test.ts`).
 */
import { hasSeveral, keyId } from './request.ts';

export type KeyKind = 'text' | 'several' | 'truth' | 'number';

/** AWS itself gives them `true` or `false`, never a caller. */
const truths = [
  'aws:SecureTransport',
  'aws:PrincipalIsAWSService',
  'aws:ViaAWSService',
  'aws:MultiFactorAuthPresent',
  'kms:MultiRegion',
  'kms:BypassPolicyLockoutSafetyCheck',
  'kms:GrantIsForAWSResource',
  'kms:ReEncryptOnSameKey',
];

/** AWS itself gives them whole numbers. */
const numbers = [
  'kms:ScheduleKeyDeletionPendingWindowInDays',
  'kms:RotationPeriodInDays',
  'sts:DurationSeconds',
];

const texts = [
  'aws:PrincipalArn',
  'aws:PrincipalAccount',
  'aws:PrincipalType',
  'aws:PrincipalOrgID',
  'aws:userid',
  'aws:username',
  'aws:SourceAccount',
  'aws:SourceArn',
  'aws:RequestedRegion',
  'aws:ResourceAccount',
  'sts:RoleSessionName',
  'sts:ExternalId',
  'sts:SourceIdentity',
  'sts:SigningAlgorithm',
  'kms:ViaService',
  'kms:CallerAccount',
  'kms:KeySpec',
  'kms:KeyUsage',
  'kms:KeyOrigin',
  'kms:EncryptionAlgorithm',
  'kms:SigningAlgorithm',
  'kms:MessageType',
  'kms:RequestAlias',
  'dynamodb:Select',
  'dynamodb:ReturnValues',
  'events:source',
  'events:detail-type',
  'lambda:SourceFunctionArn',
];

/** Their end is a name of the policy's own choice; `prove:` is ours. */
const textPrefixes =
  /^(?:aws:(?:principal|request|resource)tag\/|kms:encryptioncontext:|prove:)(?=.)/s;

const kinds = new Map<string, KeyKind>([
  ...truths.map((key) => [keyId(key), 'truth'] as const),
  ...numbers.map((key) => [keyId(key), 'number'] as const),
  ...texts.map((key) => [keyId(key), 'text'] as const),
]);

/** Where a policy stands. */
export type PolicyKind = 'identity' | 'key' | 'trust';

/** @returns nothing for a key that is not modelled in such a policy */
export function kindOf(key: string, policy: PolicyKind): KeyKind | undefined {
  if (hasNoValue(keyId(key), policy)) return undefined;
  if (hasSeveral(key)) return 'several';
  return kinds.get(keyId(key)) ?? (textPrefixes.test(keyId(key)) ? 'text' : undefined);
}

/**
 * KMS has tags and aliases of a key for IAM policies only ("Condition keys for AWS KMS"), and Lambda's source function
 * counts in no policy of a resource ("Using source function ARN"): what the caller's policies see there, these do not.
 */
const hasNoValue = (id: string, policy: PolicyKind): boolean =>
  (policy === 'key' && (id.startsWith('aws:resourcetag/') || id === 'kms:resourcealiases')) ||
  (policy !== 'identity' && id === 'lambda:sourcefunctionarn');
