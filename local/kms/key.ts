/** A KMS key: how one is made, what state it is in, how the API shows it. */
import { randomUUID } from 'node:crypto';
import { epochSeconds, type KmsAccount, keyArn, now } from './account.ts';
import { disabled, notPendingDeletion, pendingDeletion, wrongSpec } from './errors.ts';
import { isMultiRegion, type KeySpec, keySpecOf, keyTypeOf } from './key-type.ts';
import { currentMaterial, newMaterial } from './material.ts';
import { defaultKeyPolicy } from './policy.ts';
import { rotationFrom } from './rotation.ts';
import type { StoredKey, Tag } from './stored-key.ts';

export interface NewKey {
  /** a UUID in lower case, or a multi-Region key's id; a random UUID where it is not given */
  readonly keyId?: string;
  /** SYMMETRIC_DEFAULT where it is not given */
  readonly keySpec?: KeySpec | undefined;
  /** the account's own policy where it is not given */
  readonly policy?: string;
  readonly description?: string;
  readonly tags?: readonly Tag[];
  /** on with this period, or off where it is not given */
  readonly rotationPeriodInDays?: number | undefined;
}

/** @returns a new enabled key with material of its own, which is not in the store yet */
export function newKey(account: KmsAccount, options: NewKey): StoredKey {
  const at = now(account);
  const { rotationPeriodInDays: period, keySpec = 'SYMMETRIC_DEFAULT' } = options;
  return {
    keyId: options.keyId ?? randomUUID(),
    createdAt: at,
    ...(keySpec === 'SYMMETRIC_DEFAULT' ? {} : { keySpec }),
    description: options.description ?? '',
    enabled: true,
    policy: options.policy ?? defaultKeyPolicy(account),
    tags: options.tags ?? [],
    ...(period === undefined ? {} : { rotation: rotationFrom(at, period) }),
    materials: [newMaterial(at, 'CREATION', keySpec)],
  };
}

export function keyState(key: StoredKey): 'Enabled' | 'Disabled' | 'PendingDeletion' {
  if (key.deletion !== undefined) return 'PendingDeletion';
  return key.enabled ? 'Enabled' : 'Disabled';
}

/** @throws AwsError DisabledException, KMSInvalidStateException */
export function requireEnabled(account: KmsAccount, key: StoredKey): void {
  requireNotPendingDeletion(account, key);
  if (!key.enabled) throw disabled(keyArn(account, key.keyId));
}

/** @throws AwsError KMSInvalidStateException */
export function requireNotPendingDeletion(account: KmsAccount, key: StoredKey): void {
  if (key.deletion !== undefined) throw pendingDeletion(keyArn(account, key.keyId));
}

/** @throws AwsError KMSInvalidStateException */
export function requirePendingDeletion(account: KmsAccount, key: StoredKey): void {
  if (key.deletion === undefined) throw notPendingDeletion(keyArn(account, key.keyId));
}

/** Only symmetric keys rotate. @throws AwsError UnsupportedOperationException */
export function requireSymmetric(account: KmsAccount, key: StoredKey, operation: string): void {
  const spec = keySpecOf(key);
  if (spec !== 'SYMMETRIC_DEFAULT') throw wrongSpec(keyArn(account, key.keyId), spec, operation);
}

/** @throws AwsError UnsupportedOperationException */
export function requireAsymmetric(account: KmsAccount, key: StoredKey, operation: string): void {
  const spec = keySpecOf(key);
  if (spec === 'SYMMETRIC_DEFAULT') throw wrongSpec(keyArn(account, key.keyId), spec, operation);
}

/** @returns `KeyMetadata` of CreateKey and DescribeKey */
export function keyMetadata(account: KmsAccount, key: StoredKey): object {
  const spec = keySpecOf(key);
  const { usage, algorithms } = keyTypeOf(key);
  return {
    AWSAccountId: account.accountId,
    KeyId: key.keyId,
    Arn: keyArn(account, key.keyId),
    CreationDate: epochSeconds(key.createdAt),
    Enabled: keyState(key) === 'Enabled',
    Description: key.description,
    KeyUsage: usage,
    KeyState: keyState(key),
    ...(key.deletion === undefined ? {} : { DeletionDate: epochSeconds(key.deletion.at) }),
    Origin: 'AWS_KMS',
    KeyManager: 'CUSTOMER',
    CustomerMasterKeySpec: spec,
    KeySpec: spec,
    ...algorithms,
    ...multiRegion(account, key),
    ...(spec === 'SYMMETRIC_DEFAULT' ? { CurrentKeyMaterialId: currentMaterial(key).id } : {}),
  };
}

function multiRegion(account: KmsAccount, key: StoredKey): object {
  if (!isMultiRegion(key)) return { MultiRegion: false };
  const PrimaryKey = { Arn: keyArn(account, key.keyId), Region: account.region };
  return {
    MultiRegion: true,
    MultiRegionConfiguration: { MultiRegionKeyType: 'PRIMARY', PrimaryKey, ReplicaKeys: [] },
  };
}
