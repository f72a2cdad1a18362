/** A thousand tenants in one invocation, against a KMS that throttles as a real account's does. */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { StoredAlias, StoredKey } from '../../../local/kms/stored-key.ts';
import { rowOf } from '../../harness/tenant-row.ts';
import { openReconcilerHarness, type ReconcilerHarness } from './harness.ts';

const count = 1000;
/** Of every 25 tenants one has lost its rotation, and one its alias: 80 changes. */
const every = 25;

let folder: string;
let harness: ReconcilerHarness;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'thousand-tenants-'));
  const first = await openReconcilerHarness({ dataDir: folder });
  const { keyArn } = await first.makeTenant();
  await first.close();
  // The keys are written into the store's file: by calls, within the quotas, they would take more than three minutes.
  const tenants = multiply(join(folder, 'keys.json'), keyArn);
  harness = await openReconcilerHarness({ dataDir: folder, quotas: true });
  for (let at = 0; at < tenants.length; at += 25) {
    const requests = tenants
      .slice(at, at + 25)
      .map((row) => ({ PutRequest: { Item: rowOf({ ...row }) } }));
    await harness.table.send(
      new BatchWriteCommand({ RequestItems: { [harness.tableName]: requests } }),
    );
  }
}, 120_000);
afterAll(async () => {
  await harness.close();
  rmSync(folder, { recursive: true });
});

/** Writes as many keys as there are tenants, each after the first tenant's. */
function multiply(file: string, keyArn: string): { tenantId: string; keyArn: string }[] {
  const state = JSON.parse(readFileSync(file, 'utf8'));
  const keyId = keyArn.split('/')[1];
  const key: StoredKey = state.keys.find((one: StoredKey) => one.keyId === keyId);
  const alias: StoredAlias = state.aliases.find((one: StoredAlias) => one.keyId === keyId);
  const oldId = alias.name.split('/')[2] as string;
  const tenants = Array.from({ length: count - 1 }, (_, index) => {
    const id = randomUUID();
    const tenantId = `tenant-${index}`;
    const copy = {
      ...key,
      keyId: id,
      description: key.description.replaceAll(oldId, tenantId),
      policy: key.policy.replaceAll(oldId, tenantId),
      tags: key.tags.map((tag) => (tag.value === oldId ? { ...tag, value: tenantId } : tag)),
      materials: key.materials.map((material) => ({
        ...material,
        id: randomBytes(32).toString('hex'),
        bytes: randomBytes(32).toString('base64'),
      })),
      ...(index % every === 1 && { rotation: undefined }),
    };
    state.keys.push(copy);
    const name = `alias/tenant-keys/${tenantId}`;
    if (index % every !== 2) state.aliases.push({ ...alias, name, keyId: id });
    return { tenantId, keyArn: keyArn.replace(/[^/]*$/, id) };
  });
  writeFileSync(file, JSON.stringify(state));
  return tenants;
}

test('each is reconciled in one invocation, nothing is throttled, and the changes are made', async () => {
  harness.calls.length = 0;
  const { summary } = await harness.reconcile();
  process.stderr.write(`a run over ${summary.tenants} tenants: ${JSON.stringify(summary)}\n`);
  expect(summary).toMatchObject({
    complete: true,
    tenants: count,
    busy: 0,
    findings: { repaired: 80, reported: 0, failed: 0 },
    undelivered: 0,
  });
  expect(summary.calls).toMatchObject({
    DescribeKey: count + 40,
    GetKeyPolicy: count,
    GetKeyRotationStatus: count,
    // The stack has three keys of its own, which no row names.
    ListResourceTags: count + 8,
    EnableKeyRotation: 40,
    CreateAlias: 40,
  });
  const refused = harness.calls.filter(({ errorCode }) => errorCode === 'ThrottlingException');
  expect(refused).toEqual([]);
}, 240_000);
