/** A tenant with a key in KMS and a key in a real OpenBao, of which one is the tenant's and the other may be the one before. */
import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect } from '@jest/globals';
import type { TenantHandle } from '../../client/tenant-keys.ts';
import { setUpVault, vaultContext, vaultServer } from '../../local/vault-setup.ts';
import { clientOf } from '../client/harness.ts';
import { type Control, controlOf } from '../e2e/control.ts';
import { startTestStack, type TestStack } from '../e2e/test-stack.ts';
import { type Bao, startBao } from './bao.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';

export type StoreName = 'aws-kms' | 'vault';

export let stack: TestStack;
export let control: Control;
/** between the functions and OpenBao */
export let proxy: FaultProxy;
export let acme: TenantHandle;
let bao: Bao;
let table: DynamoDBDocument;
/** As messages have them. */
export const keyNames: Record<StoreName, string> = { 'aws-kms': '', vault: '' };

/** @param context of the stack's configuration */
export function useTwoStores(context: object = {}): void {
  beforeAll(async () => {
    bao = await startBao();
    proxy = await startFaultProxy(bao.address);
    const server = await vaultServer('sts', { ...bao.env, VAULT_ADDR: proxy.address });
    stack = await startTestStack({
      ...vaultContext(server),
      reconcileEveryMinutes: 1440,
      // A change counts for the next request.
      registryTtlSeconds: 0,
      ...context,
    });
    await setUpVault(server, stack);
    control = controlOf(stack);
    table = DynamoDBDocument.from(stack.administrator.dynamodb);
    for (const tenant of ['acme', 'globex']) await stack.client.onboard(tenant);
    keyNames['aws-kms'] = (await row()).keyArn;
    acme = clientOf(stack).tenant('acme');
  }, 240_000);
  afterAll(async () => {
    await stack?.close();
    proxy?.close();
    await bao?.stop();
  });
}

/** Asked of the API: from then on both keys decrypt, and the one before goes on encrypting until it {@link settles}. */
export async function changeKeyStore(to: StoreName): Promise<void> {
  const { status, json } = await control.send('POST', '/tenants/acme/key-store', { keyStore: to });
  expect([status, json.keyStore]).toEqual([202, to]);
  const { keyArn, keyName } = await row();
  if (to === 'aws-kms') keyNames[to] = keyArn;
  else keyNames[to] = keyName;
}

/** The change is an hour old: no function has the row from before, and no request is at work by it. */
export async function settles(): Promise<void> {
  const since = new Date(Date.now() - 3_600_000).toISOString();
  const { previousKey, ...rest } = await row();
  await table.put({
    TableName: stack.tableName,
    Item: { ...rest, previousKey: { ...previousKey, since } },
  });
}

export async function endPreviousKey(): Promise<void> {
  // It counts the keys of macs that are left.
  await stack.run('reconciler');
  const path = '/tenants/acme/key-store/previous';
  const { status, json } = await control.send('DELETE', `${path}?force=true`);
  expect([status, json.keyStoreChange.stage]).toEqual([202, 'previous-ending']);
}

export async function restorePreviousKey(): Promise<void> {
  const restored = await control.send('POST', '/tenants/acme/key-store/previous/restore');
  expect([restored.status, restored.json.keyStoreChange.stage]).toEqual([200, 'both-readable']);
}

async function row() {
  const key = { TableName: stack.tableName, Key: { tenantId: 'acme' } };
  const { Item = {} } = await table.get(key);
  return Item;
}

/** How many requests of what kind the store has had since the last count. */
export const storeCounts = (): Readonly<Record<string, number>> => {
  const paths = proxy.seen().map((path) => path.replace(/^POST \/v1\/(tenant-keys\/)?/, ''));
  const counts = Object.groupBy(paths, (path) => path);
  return Object.fromEntries(Object.entries(counts).map(([path, all = []]) => [path, all.length]));
};

export const kmsCount = (): number =>
  stack.calls.filter(
    ({ service, caller }) => service === 'kms' && caller?.principalArn.includes('TenantRole'),
  ).length;
