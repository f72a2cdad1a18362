/** The chapter "A table restored to a point in time" of docs/operations.md, step by step. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { inShort, keptData, reconciled, restoreTable } from './kept-data.ts';

const data = keptData('restored-table');
let current: Awaited<ReturnType<typeof data.start>>;
afterAll(data.remove);

const tableName = 'TenantKeys-tenants-restored';
const ciphertexts = new Map<string, string>();
let oldTable: string;

const encrypt = async (id: string) =>
  ciphertexts.set(id, await current.stack.client.encrypt(id, Buffer.from(`of ${id}`)));
const opened = (...ids: string[]) =>
  Promise.all(ids.map((id) => current.control.decrypt(id, ciphertexts.get(id) ?? '')));
async function keyOf(id: string): Promise<string> {
  const { kms } = current.stack.administrator;
  const { KeyMetadata } = await kms.describeKey({ KeyId: `alias/tenant-keys/${id}` });
  return KeyMetadata?.Arn as string;
}

async function rowsOf(TableName: string): Promise<Record<string, AttributeValue>[]> {
  const { Items = [] } = await current.stack.administrator.dynamodb.scan({ TableName });
  return Items;
}

async function copyRow(id: string): Promise<void> {
  const { dynamodb } = current.stack.administrator;
  const Key = { tenantId: { S: id } };
  const { Item } = await dynamodb.getItem({ TableName: oldTable, Key });
  await dynamodb.putItem({ TableName: tableName, Item });
}

beforeAll(async () => {
  current = await data.start();
  for (const id of ['acme', 'globex', 'stark', 'umbrella', 'wonka']) {
    await current.stack.client.onboard(id);
    await encrypt(id);
  }
  await current.control.post('stark', 'suspend');
  oldTable = current.stack.tableName;
  const rows = await rowsOf(oldTable);
  // What has happened since the point in time to which the table is restored.
  for (const id of ['initech', 'hooli', 'soylent']) await current.stack.client.onboard(id);
  await encrypt('initech');
  await encrypt('soylent');
  await current.control.offboard('wonka');
  await current.control.advance(31);
  await reconciled(current);
  await current.control.post('globex', 'suspend');
  await current.control.offboard('umbrella');
  await current.control.post('stark', 'resume');
  await data.stop();
  data.age(2);
  await restoreTable(data.dataDir, tableName, rows);
  current = await data.start({ tableName });
}, 120_000);

test('tenants from before go on; who was suspended or offboarded since stays shut, by the key', async () => {
  expect(await opened('acme')).toEqual(['of acme']);
  expect(await opened('globex', 'umbrella')).toEqual(['key-unusable', 'key-unusable']);
});

test('the reconciler reports whose status is another and whose row is missing, and deletes no key that was used', async () => {
  const findings = await reconciled(current);
  expect(inShort(findings)).toEqual([
    'globex key-unusable reported',
    'hooli unnamed-key repaired',
    'initech unnamed-key reported',
    'soylent unnamed-key reported',
    'stark key-enabled repaired',
    'umbrella key-unusable reported',
    'wonka key-missing reported',
  ]);
  expect(findings.find(({ tenantId }) => tenantId === 'initech')?.detail).toMatch(/it was used/);
});

test('a tenant from after is unknown, and gets no other key by another onboarding, which the reconciler reports', async () => {
  expect(await opened('initech')).toEqual(['tenant-not-found']);
  const { status, json } = await current.control.put('initech');
  expect([status, json.code]).toEqual([409, 'alias-taken']);
  expect(inShort(await reconciled(current))).toContain('initech unfinished-onboarding failed');
});

describe('the operator', () => {
  test('copies a row from the old table, and its tenant opens what it has', async () => {
    await copyRow('initech');
    expect(await opened('initech')).toEqual(['of initech']);
  });

  test('takes back the deletion of a key that nobody had used, and copies its row', async () => {
    const { kms } = current.stack.administrator;
    const KeyId = await keyOf('hooli');
    await kms.cancelKeyDeletion({ KeyId });
    await kms.enableKey({ KeyId });
    await copyRow('hooli');
    await encrypt('hooli');
    expect(await opened('hooli')).toEqual(['of hooli']);
  });

  test('writes a row by hand where the old table is gone', async () => {
    const { dynamodb } = current.stack.administrator;
    const now = new Date().toISOString();
    const Item = marshall({
      tenantId: 'soylent',
      status: 'ACTIVE',
      keyArn: await keyOf('soylent'),
      rotationPeriodInDays: 90,
      rotationPeriodByDefault: true,
      createdAt: now,
      updatedAt: now,
      version: 1,
      writer: 'restored by hand',
    });
    await dynamodb.putItem({ TableName: tableName, Item });
    expect(await opened('soylent')).toEqual(['of soylent']);
    expect((await current.control.put('soylent')).status).toBe(200);
  });

  test('resumes again who was resumed', async () => {
    expect(await opened('stark')).toEqual(['tenant-suspended']);
    await current.control.post('stark', 'resume');
    expect(await opened('stark')).toEqual(['of stark']);
  });

  test('copies the row of who was erased, whom nobody can offboard once the key is gone', async () => {
    const { status, json } = await current.control.offboard('wonka');
    expect([status, json.code]).toEqual([409, 'key-missing']);
    await copyRow('wonka');
    expect((await current.control.get('/tenants/wonka')).json.status).toBe('ERASED');
  });

  test('suspends and offboards again who was, and the reconciler has nothing more to say', async () => {
    expect((await current.control.post('globex', 'suspend')).status).toBe(200);
    expect((await current.control.offboard('umbrella')).status).toBeLessThan(300);
    expect(inShort(await reconciled(current))).toEqual([]);
    expect(await opened('acme', 'globex', 'umbrella')).toEqual([
      'of acme',
      'tenant-suspended',
      'tenant-offboarding',
    ]);
  });
});

test('without the key in the configuration the stack has its own table again', async () => {
  current = await data.start();
  expect(await opened('initech', 'acme')).toEqual(['of initech', 'of acme']);
}, 60_000);
