/** A tenant's keys in words: what the row says of each, where the stores say the same. */
import { paginateListKeys } from '@aws-sdk/client-kms';
import type { KeyStoreName } from '../../../../contract/key-stores.ts';
import type { TenantStatus } from '../../../../contract/tenant-status.ts';
import {
  keyStoreOf,
  type Offboarding,
  type TenantRow,
} from '../../../../lambdas/tenants/registry/tenant-row.ts';
import type { Aws } from '../aws.ts';
import type { KeyOfTenant, MovingStore } from './moving-store.ts';
import { contextOf } from './samples.ts';

type StoredKey = KeyOfTenant & {
  readonly keyStore: KeyStoreName;
  readonly status: TenantStatus;
  readonly offboarding?: Offboarding | undefined;
};

const stateInKms: Partial<Record<TenantStatus, string>> = {
  ACTIVE: 'Enabled',
  SUSPENDED: 'Disabled',
  OFFBOARDING: 'PendingDeletion',
};
const words: Partial<Record<TenantStatus, string>> = {
  ACTIVE: 'usable',
  SUSPENDED: 'unusable',
  OFFBOARDING: 'ending',
};

async function wordOf(store: MovingStore, key: StoredKey): Promise<string> {
  const { keyStore, status, offboarding } = key;
  const isKms = keyStore === 'aws-kms';
  const found = isKms ? await stateOfKmsKey(store.aws, key) : await useOf(store, key);
  const isUsed = status === 'ACTIVE' || store.isTenants === true;
  const expected = isKms ? stateInKms[status] : isUsed ? 'used' : 'refused';
  const says = words[status] ?? status;
  const hasDate = status !== 'OFFBOARDING' || offboarding?.deletionDate !== undefined;
  const called = (!isKms && store.called?.(key)) || keyStore;
  return `${called} ${found === expected && hasDate ? says : `${says} but ${found}`}`;
}

async function stateOfKmsKey({ administrator }: Aws, { keyArn }: KeyOfTenant): Promise<string> {
  const { KeyMetadata } = await administrator.describeKey({ KeyId: keyArn });
  return KeyMetadata?.KeyState ?? 'none';
}

async function useOf(store: MovingStore, key: KeyOfTenant): Promise<string> {
  const context = contextOf(key.tenantId);
  const keyring = store.keyringOf(key);
  const use = async () =>
    keyring.unwrapDataKey((await keyring.generateDataKey(context)).wrapped, context);
  return use().then(
    () => 'used',
    () => 'refused',
  );
}

export async function stateOf(store: MovingStore, tenantId: string): Promise<string> {
  const row = (await store.tenants.row(tenantId)) as TenantRow;
  const { status, intent, nextKey, previousKey, formerKeys, lease } = row;
  const keys = [await wordOf(store, { ...row, keyStore: keyStoreOf(row) })];
  if (previousKey !== undefined)
    keys.push(
      await wordOf(store, { tenantId, ...previousKey, status: previousKey.status ?? status }),
    );
  const has = [row, nextKey, previousKey].some((key) => key?.keyStore === store.keyStore);
  const left = has ? [] : await store.leftOf(tenantId);
  const rest = [
    intent && `intent ${intent}`,
    previousKey?.intent && `previous ${previousKey.intent}`,
    nextKey && 'next',
    lease && 'lease',
    formerKeys && `${formerKeys.length} former`,
    left.length > 0 && `left over: ${left}`,
  ].filter((one) => one);
  return `${status} ${[...keys, ...rest].join(', ')}`;
}

/** @returns tenants for whom more than one key was made in KMS that is still there */
export async function withSeveralKeys({ administrator }: Aws): Promise<string[]> {
  const counts = new Map<string, number>();
  for await (const { Keys = [] } of paginateListKeys({ client: administrator }, { Limit: 1000 })) {
    for (const { KeyArn } of Keys) {
      const { Tags = [] } = await administrator.listResourceTags({ KeyId: KeyArn });
      const id = Tags.find(({ TagKey }) => TagKey === 'TenantId')?.TagValue ?? 'nobody';
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
  }
  return [...counts].filter(([, count]) => count > 1).map(([id]) => id);
}
