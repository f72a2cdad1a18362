import { randomUUID } from 'node:crypto';
import { BatchWriteCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openReconcilerHarness, type ReconcilerHarness } from './harness.ts';

let harness: ReconcilerHarness;
beforeAll(async () => {
  harness = await openReconcilerHarness();
}, 120_000);
afterAll(() => harness?.close());

async function keepMacKeys(tenantId: string, count: number): Promise<void> {
  for (let at = 0; at < count; at += 25) {
    const rows = Array.from({ length: Math.min(25, count - at) }, (_, n) => ({
      PutRequest: { Item: { tenantId, purpose: `purpose/${at + n}`, anything: 'x'.repeat(3000) } },
    }));
    await harness.table.send(
      new BatchWriteCommand({ RequestItems: { [harness.macKeyTableName]: rows } }),
    );
  }
}

async function macKeysOf(tenantId: string): Promise<number | undefined> {
  const { Count } = await harness.table.send(
    new QueryCommand({
      TableName: harness.macKeyTableName,
      KeyConditionExpression: 'tenantId = :t',
      ExpressionAttributeValues: { ':t': tenantId },
    }),
  );
  return Count;
}

const erased = { status: 'ERASED', erasedAt: '2026-01-31T12:00:00.000Z' };
/** A key that KMS does not have. */
const deleted = { ...erased, keyArn: `arn:aws:kms:us-east-1:111122223333:key/${randomUUID()}` };

test('a tenant whose row says ERASED, and whose key is there, keeps its mac keys', async () => {
  const { tenantId } = await harness.makeTenant(undefined, erased);
  await keepMacKeys(tenantId, 1);
  expect(await harness.findingsOf(tenantId)).toEqual(['key-not-erased reported']);
  expect(await macKeysOf(tenantId)).toBe(1);
}, 60_000);

test('an erased tenant leaves no mac key, of more than one page, and every other tenant keeps all', async () => {
  const gone = await harness.makeTenant(undefined, deleted);
  const others = [
    await harness.makeTenant(),
    await harness.makeTenant('suspend'),
    await harness.makeTenant('offboard'),
  ];
  await keepMacKeys(gone.tenantId, 400);
  for (const { tenantId } of others) await keepMacKeys(tenantId, 1);
  expect(await harness.findingsOf(gone.tenantId)).toEqual(['mac-keys repaired']);
  expect(await macKeysOf(gone.tenantId)).toBe(0);
  for (const { tenantId } of others) expect(await macKeysOf(tenantId)).toBe(1);
  expect(await harness.findingsOf(gone.tenantId)).toEqual([]);
}, 60_000);

test('what a late session puts after the erasure goes with the next run', async () => {
  const { tenantId } = await harness.makeTenant(undefined, {
    ...deleted,
    keyArn: `${deleted.keyArn}0`,
  });
  expect(await harness.findingsOf(tenantId)).toEqual([]);
  const Item = { tenantId, purpose: 'late' };
  await harness.table.send(new PutCommand({ TableName: harness.macKeyTableName, Item }));
  expect(await harness.findingsOf(tenantId)).toEqual(['mac-keys repaired']);
  expect(await macKeysOf(tenantId)).toBe(0);
}, 60_000);
