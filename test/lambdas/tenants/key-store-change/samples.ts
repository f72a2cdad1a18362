/** Data keys that a tenant had wrapped before a step of a change, and whether they open. */
import type { Keyring } from '../../../../lambdas/key-stores/keyring.ts';
import { keyStoreOf, type TenantRow } from '../../../../lambdas/tenants/registry/tenant-row.ts';
import { keyringOf, type MovingStore } from './moving-store.ts';

export interface Sample {
  readonly key: string;
  readonly plaintext: string;
  readonly wrapped: Parameters<Keyring['unwrapDataKey']>[0];
}
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
export const contextOf = (TenantId: string) => ({ TenantId });

export async function sampleOf(store: MovingStore, tenantId: string): Promise<Sample> {
  const row = (await store.tenants.row(tenantId)) as TenantRow;
  const keyring = await keyringOf(store, row);
  const { plaintext, wrapped } = await keyring.generateDataKey(contextOf(tenantId));
  return { key: nameOf({ ...row, keyStore: keyStoreOf(row) }), plaintext: hex(plaintext), wrapped };
}

/** A row keeps the ARN of the last key in KMS. */
const nameOf = ({
  keyStore,
  keyName,
  keyArn,
}: Pick<TenantRow, 'keyStore' | 'keyName' | 'keyArn'>) => `${keyStore} ${keyName ?? keyArn}`;

/** @returns the keys of those that do not open, though their key has not been ended */
export async function unopened(
  store: MovingStore,
  tenantId: string,
  samples: readonly Sample[],
): Promise<string[]> {
  const row = (await store.tenants.row(tenantId)) as TenantRow;
  if (row.status !== 'ACTIVE' || row.intent !== undefined) return [];
  const keyring = await keyringOf(store, row);
  const closed: string[] = [];
  const { previousKey } = row;
  const open = new Set([nameOf({ ...row, keyStore: keyStoreOf(row) })]);
  if (previousKey !== undefined && previousKey.status === undefined) open.add(nameOf(previousKey));
  for (const { key, plaintext, wrapped } of samples) {
    if (!open.has(key)) continue;
    const opened = await keyring.unwrapDataKey(wrapped, contextOf(tenantId)).then(
      (opened) => hex(opened.plaintext),
      (error) => String(error.cause ?? error),
    );
    if (opened !== plaintext) closed.push(`${key}: ${opened}`);
  }
  return closed;
}
