/** Data keys that a tenant had wrapped before a step of a change, and whether they open. */
import type { KeyStoreName } from '../../../../contract/key-stores.ts';
import type { Keyring } from '../../../../lambdas/key-stores/keyring.ts';
import { keyStoreOf, type TenantRow } from '../../../../lambdas/tenants/registry/tenant-row.ts';
import { keyringOf, type MovingStore } from './moving-store.ts';

export interface Sample {
  readonly keyStore: KeyStoreName;
  readonly plaintext: string;
  readonly wrapped: Parameters<Keyring['unwrapDataKey']>[0];
}
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
export const contextOf = (TenantId: string) => ({ TenantId });

export async function sampleOf(store: MovingStore, tenantId: string): Promise<Sample> {
  const row = (await store.tenants.row(tenantId)) as TenantRow;
  const keyring = await keyringOf(store, row);
  const { plaintext, wrapped } = await keyring.generateDataKey(contextOf(tenantId));
  const keyStore = wrapped.providerId === 'aws-kms' ? 'aws-kms' : store.keyStore;
  return { keyStore, plaintext: hex(plaintext), wrapped };
}

/** @returns the stores of those that do not open, though their key has not been ended */
export async function unopened(
  store: MovingStore,
  tenantId: string,
  samples: readonly Sample[],
): Promise<string[]> {
  const row = (await store.tenants.row(tenantId)) as TenantRow;
  if (row.status !== 'ACTIVE' || row.intent !== undefined) return [];
  const keyring = await keyringOf(store, row);
  const closed: string[] = [];
  for (const { keyStore, plaintext, wrapped } of samples) {
    const isOwn = keyStoreOf(row) === keyStore;
    const { previousKey } = row;
    const isPrevious = previousKey?.keyStore === keyStore && previousKey.status === undefined;
    if (!isOwn && !isPrevious) continue;
    const opened = await keyring.unwrapDataKey(wrapped, contextOf(tenantId)).then(
      (key) => hex(key.plaintext),
      (error) => String(error.cause ?? error),
    );
    if (opened !== plaintext) closed.push(`${keyStore}: ${opened}`);
  }
  return closed;
}
