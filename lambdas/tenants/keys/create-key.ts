/**
 * A tenant's KMS key: made, named and set to rotate. Invariant: a key has its tag and its policy from the
 * call that creates it, so at no moment is there a key that somebody else could use; and what creates it
 * is never sent twice, since KMS makes a key for each time it is asked.
 */
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DescribeKeyCommand,
  EnableKeyRotationCommand,
  type KeyMetadata,
  type KMSClient,
} from '@aws-sdk/client-kms';
import { aliasTaken } from '../../../contract/problem.ts';
import { aliasOf, productTag, tenantIdTag } from '../../../contract/tenant-id.ts';
import { isAccessDenied, isNamed, isThrottled } from '../../aws/errors.ts';
import { retry } from '../../aws/retry.ts';

export interface KmsClients {
  readonly kms: KMSClient;
  /** one that makes no second attempt of its own */
  readonly kmsWithoutRetry: KMSClient;
}

export interface Key {
  readonly arn: string;
  readonly createdAt: Date;
}

/** KMS is eventually consistent: what was just made may not be found, or not be allowed, for some seconds. */
const isNotYet = (error: unknown) =>
  isNamed(error, 'NotFoundException') || isAccessDenied(error) || isThrottled(error);

/**
 * @param policy the key policy as JSON
 * @param until epoch milliseconds after which a throttled call is not made again
 * @throws whatever KMS says; unless that is a refusal, there may be a key now
 */
export async function createKey(
  { kmsWithoutRetry }: KmsClients,
  tenantId: string,
  policy: string,
  until: number,
): Promise<Key> {
  const command = new CreateKeyCommand({
    // The defaults of KMS, but the control plane's IAM policy asks for them as they stand in the request.
    KeySpec: 'SYMMETRIC_DEFAULT',
    KeyUsage: 'ENCRYPT_DECRYPT',
    Origin: 'AWS_KMS',
    MultiRegion: false,
    Description: `tenant-keys: tenant ${tenantId}`,
    Policy: policy,
    Tags: [
      { TagKey: tenantIdTag, TagValue: tenantId },
      { TagKey: productTag.key, TagValue: productTag.value },
    ],
  });
  // KMS creates 5 keys a second in an account and region. A throttled call has created nothing.
  const { KeyMetadata } = await retry(() => kmsWithoutRetry.send(command), {
    when: isThrottled,
    until,
  });
  return keyOf(KeyMetadata);
}

export function keyOf(metadata: KeyMetadata | undefined): Key {
  if (metadata?.Arn === undefined) throw new Error('KMS gave no ARN for a key');
  return { arn: metadata.Arn, createdAt: metadata.CreationDate ?? new Date() };
}

/** May be done again: rotation is set to what it is, the alias is left where it points to this key. */
export async function finishKey(
  kms: KMSClient,
  tenantId: string,
  keyArn: string,
  rotationPeriodInDays: number,
  until: number,
): Promise<void> {
  const patient = { when: isNotYet, until };
  const rotation = new EnableKeyRotationCommand({
    KeyId: keyArn,
    RotationPeriodInDays: rotationPeriodInDays,
  });
  await retry(() => kms.send(rotation), patient);
  await retry(() => nameKey(kms, tenantId, keyArn), patient);
}

/** @throws Problem 409 where the alias is on another key */
async function nameKey(kms: KMSClient, tenantId: string, keyArn: string): Promise<void> {
  const AliasName = aliasOf(tenantId);
  try {
    await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: keyArn }));
  } catch (error) {
    if (!isNamed(error, 'AlreadyExistsException')) throw error;
    if ((await arnBehind(kms, AliasName)) !== keyArn) throw aliasTaken();
  }
}

/** @returns undefined where the key behind the alias is not ours to see */
async function arnBehind(kms: KMSClient, aliasName: string): Promise<string | undefined> {
  try {
    return (await kms.send(new DescribeKeyCommand({ KeyId: aliasName }))).KeyMetadata?.Arn;
  } catch (error) {
    if (isAccessDenied(error)) return undefined;
    throw error;
  }
}
