/**
 * Makes a tenant's KMS key, gives it its alias and lets it rotate. Invariant: the call that creates a key gives it
 * its tags and its policy, so at no moment is there a key that another tenant could use; and that call is never
 * sent twice, since KMS makes a key for each time it is asked.
 */
import {
  CreateAliasCommand,
  CreateKeyCommand,
  EnableKeyRotationCommand,
  type KeyMetadata,
  type KMSClient,
} from '@aws-sdk/client-kms';
import { aliasTaken } from '../../../contract/problem.ts';
import { tenantIdTag } from '../../../contract/tenant-id.ts';
import { isAccessDenied, isNamed, isThrottled } from '../../aws/errors.ts';
import { describeKey, lookUpKey } from '../../aws/kms-keys.ts';
import { retry } from '../../aws/retry.ts';
import { ownNames } from '../../stack/own-names.ts';
import { tenantKey } from './tenant-key.ts';

export interface KmsClients {
  readonly kms: KMSClient;
  /** makes no second attempt */
  readonly kmsWithoutRetry: KMSClient;
}

const { aliasOf, productTag } = ownNames;

/** A key that has just been made or found, as it is written down in the row. */
export interface CreatedKey {
  readonly arn: string;
  readonly createdAt: Date;
}

/** KMS is eventually consistent: for some seconds a new key may not be found, or not be allowed. */
export const isNotReadyYet = (error: unknown) =>
  isNamed(error, 'NotFoundException') || isAccessDenied(error) || isThrottled(error);

/**
 * @param policy the key policy as JSON
 * @param until epoch milliseconds after which a throttled call is not made again
 * @throws what KMS says; unless it is a refusal, there may be a key now
 */
export async function createKey(
  { kmsWithoutRetry }: KmsClients,
  tenantId: string,
  policy: string,
  until: number,
): Promise<CreatedKey> {
  const command = new CreateKeyCommand({
    ...tenantKey(tenantId),
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
  return createdKey(KeyMetadata);
}

export function createdKey(metadata: KeyMetadata | undefined): CreatedKey {
  if (metadata?.Arn === undefined) throw new Error('KMS gave no ARN for a key');
  return { arn: metadata.Arn, createdAt: metadata.CreationDate ?? new Date() };
}

/** May be repeated: rotation is enabled again with the same period, and an alias that is on this key stays. */
export async function finishKey(
  kms: KMSClient,
  tenantId: string,
  keyArn: string,
  rotationPeriodInDays: number,
  until: number,
): Promise<void> {
  const patient = { when: isNotReadyYet, until };
  const rotation = new EnableKeyRotationCommand({
    KeyId: keyArn,
    RotationPeriodInDays: rotationPeriodInDays,
  });
  await retry(() => kms.send(rotation), patient);
  await retry(() => createAlias(kms, tenantId, keyArn), patient);
}

/** @throws Problem 409 where the alias is on another key, also one that may not be seen */
async function createAlias(kms: KMSClient, tenantId: string, keyArn: string): Promise<void> {
  const AliasName = aliasOf(tenantId);
  try {
    await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: keyArn }));
  } catch (error) {
    if (!isNamed(error, 'AlreadyExistsException')) throw error;
    const named = await lookUpKey(describeKey(kms, AliasName));
    if (named.is === 'missing') throw named.error;
    if (named.is === 'denied' || named.value.Arn !== keyArn) throw aliasTaken();
  }
}
