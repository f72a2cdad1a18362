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
const keys = { 'aws-kms': { keyArn: '' }, vault: { keyName: 'tenant-keys/keys/acme' } };

/** @param context of the stack's configuration */
export function useTwoStores(context: object = {}): void {
  beforeAll(async () => {
    bao = await startBao();
    proxy = await startFaultProxy(bao.address);
    const server = await vaultServer({ ...bao.env, VAULT_ADDR: proxy.address });
    stack = await startTestStack({
      ...vaultContext(server),
      reconcileEveryMinutes: 1440,
      ...context,
    });
    await setUpVault(server, stack);
    control = controlOf(stack);
    table = DynamoDBDocument.from(stack.administrator.dynamodb);
    expect((await control.put('acme', { keyStore: 'vault' })).status).toBe(201);
    const { keyArn } = await stack.client.onboard('globex');
    keys['aws-kms'] = { keyArn: await keyLike(keyArn, 'globex', 'acme') };
    acme = clientOf(stack).tenant('acme');
  }, 240_000);
  afterAll(async () => {
    await stack?.close();
    proxy?.close();
    await bao?.stop();
  });
}

/** @returns the ARN of a key that is another tenant's as this one is its tenant's */
async function keyLike(KeyId: string, tenant: string, other: string): Promise<string> {
  const { kms } = stack.administrator;
  const { Policy = '' } = await kms.getKeyPolicy({ KeyId });
  const { Tags = [] } = await kms.listResourceTags({ KeyId });
  const made = await kms.createKey({
    Policy: Policy.replaceAll(tenant, other),
    Tags: Tags.map((tag) => (tag.TagValue === tenant ? { ...tag, TagValue: other } : tag)),
  });
  return made.KeyMetadata?.Arn as string;
}

/** As messages have them. */
export const keyNames = () => ({ 'aws-kms': keys['aws-kms'].keyArn, vault: keys.vault.keyName });

/** As the row has it. @param change of the key before; undefined: there is none any more */
export async function keyIsIn(to: StoreName, from?: StoreName, change: object = {}): Promise<void> {
  const key = { TableName: stack.tableName, Key: { tenantId: 'acme' } };
  const { Item = {} } = await table.get(key);
  const { keyArn, keyName, previousKey, ...rest } = Item;
  const before = from && { keyStore: from, ...keys[from], ...change };
  await table.put({
    TableName: stack.tableName,
    Item: { ...rest, keyStore: to, ...keys[to], ...(before && { previousKey: before }) },
  });
  rowIsReadAnew();
}

/** A read of the row counts for five seconds. */
export const rowIsReadAnew = () => stack.pass(6);

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
