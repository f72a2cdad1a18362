/** The control plane is stopped after every single AWS call of a lifecycle operation; then it must converge. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Control, controlOf } from './control.ts';
import { startTestStack, type TestStack } from './test-stack.ts';

let stack: TestStack;
let control: Control;
beforeAll(async () => {
  // No scheduled run of the reconciler comes between.
  stack = await startTestStack({
    registryTtlSeconds: 0,
    dataKeyMaxAgeSeconds: 0,
    reconcileEveryMinutes: 1440,
  });
  control = controlOf(stack);
}, 60_000);
afterAll(() => stack.close());

interface Operation {
  readonly name: string;
  /** statuses before and after */
  readonly from?: string;
  readonly to: string;
  readonly before: readonly ((tenantId: string) => Promise<unknown>)[];
  readonly run: (tenantId: string) => Promise<{ readonly status: number }>;
}
const onboard = (id: string) => control.put(id);
const suspend = (id: string) => control.post(id, 'suspend');
const offboard = (id: string) => control.offboard(id);
const operations: readonly Operation[] = [
  { name: 'onboard', to: 'ACTIVE', before: [], run: onboard },
  { name: 'suspend', from: 'ACTIVE', to: 'SUSPENDED', before: [], run: suspend },
  {
    name: 'resume',
    from: 'SUSPENDED',
    to: 'ACTIVE',
    before: [suspend],
    run: (id) => control.post(id, 'resume'),
  },
  { name: 'offboard', from: 'ACTIVE', to: 'OFFBOARDING', before: [], run: offboard },
  {
    name: 'restore',
    from: 'OFFBOARDING',
    to: 'ACTIVE',
    before: [offboard],
    run: (id) => control.post(id, 'restore'),
  },
  {
    name: 'setRotation',
    from: 'ACTIVE',
    to: 'ACTIVE',
    before: [],
    run: (id) => control.send('PUT', `/tenants/${id}/key/rotation`, { rotationPeriodInDays: 100 }),
  },
  {
    name: 'rotate',
    from: 'ACTIVE',
    to: 'ACTIVE',
    before: [],
    run: (id) => control.send('POST', `/tenants/${id}/key/rotations`),
  },
];
const keyStates: Record<string, string> = {
  ACTIVE: 'Enabled',
  SUSPENDED: 'Disabled',
  OFFBOARDING: 'PendingDeletion',
};

/** @returns the first ciphertext, where there is a key before the operation */
async function prepare({ from, before }: Operation, tenantId: string) {
  if (from === undefined) return undefined;
  await onboard(tenantId);
  const ciphertext = await stack.client.encrypt(tenantId, Buffer.from('first'));
  for (const step of before) await step(tenantId);
  return ciphertext;
}

async function rows() {
  const { dynamodb } = stack.administrator;
  const TableName = (await dynamodb.listTables({})).TableNames?.[0] as string;
  return { TableName, items: (await dynamodb.scan({ TableName })).Items ?? [] };
}

/** Stands for waiting until every dead invocation's lease is over. */
async function leasesEnd() {
  const { TableName, items } = await rows();
  for (const { tenantId, lease } of items) {
    const expiresAt = lease?.M?.expiresAt;
    if (expiresAt === undefined) continue;
    await stack.administrator.dynamodb.updateItem({
      TableName,
      Key: { tenantId: tenantId as { S: string } },
      UpdateExpression: 'SET lease.expiresAt = :past',
      ExpressionAttributeValues: {
        ':past': expiresAt.N === undefined ? { S: '2020-01-01T00:00:00.000Z' } : { N: '1' },
      },
    });
  }
}

async function keysByTenant() {
  const { kms } = stack.administrator;
  const keys = new Map<string, number>();
  for (const { KeyId } of (await kms.listKeys({ Limit: 1000 })).Keys ?? []) {
    const { Tags = [] } = await kms.listResourceTags({ KeyId });
    const tenantId = Tags.find(({ TagKey }) => TagKey === 'TenantId')?.TagValue ?? '';
    keys.set(tenantId, (keys.get(tenantId) ?? 0) + 1);
  }
  return keys;
}

test('stopped after any call, a retry or the reconciler leads every operation to its end', async () => {
  const points: {
    operation: Operation;
    id: string;
    by: string;
    ciphertext?: string | undefined;
  }[] = [];
  const calls: Record<string, number> = {};
  for (const operation of operations) {
    await prepare(operation, `${operation.name.toLowerCase()}-whole`);
    const start = stack.calls.length;
    const { status } = await operation.run(`${operation.name.toLowerCase()}-whole`);
    expect([operation.name, status < 300]).toEqual([operation.name, true]);
    const count = stack.calls.length - start;
    calls[operation.name] = count;
    for (let after = 0; after < count; after += 1) {
      for (const by of ['retry', 'reconciler']) {
        const id = `${operation.name}-${after}-${by}`.toLowerCase();
        const ciphertext = await prepare(operation, id);
        stack.deployment.faults.set([{ service: '*', operation: '*', fault: 'error', after }]);
        await operation.run(id);
        stack.deployment.faults.clear();
        points.push({ operation, id, by, ciphertext });
      }
    }
  }
  await leasesEnd();
  for (const { operation, id, by } of points) {
    if (by === 'retry') expect([id, (await operation.run(id)).status < 300]).toEqual([id, true]);
  }
  await stack.reconcile();
  const keys = await keysByTenant();
  const byId = new Map((await rows()).items.map((row) => [row.tenantId?.S, row]));
  const table = new Map<string, Record<string, number>>();
  const wrong: string[] = [];
  for (const { operation, id, by, ciphertext } of points) {
    const row = byId.get(id);
    const status = row?.status?.S;
    const { json } = await control.get(`/tenants/${id}`);
    const legal = by === 'retry' ? [operation.to] : [operation.from, operation.to];
    const agrees =
      status === undefined
        ? !keys.has(id)
        : keys.get(id) === 1 &&
          json.key.state === keyStates[status] &&
          row?.intent?.S === undefined &&
          (status !== 'ACTIVE' || json.key.rotationPeriodInDays === json.rotationPeriodInDays);
    const opens =
      status !== 'ACTIVE' ||
      ciphertext === undefined ||
      (await control.decrypt(id, ciphertext)) === 'first';
    const line = table.get(operation.name) ?? {
      calls: calls[operation.name] ?? 0,
      points: 0,
      retry: 0,
      reconciler: 0,
    };
    table.set(operation.name, line);
    line.points = (line.points ?? 0) + 1;
    if (legal.includes(status) && agrees && opens) line[by] = (line[by] ?? 0) + 1;
    else wrong.push(`${id}: ${status} ${json.key?.state} keys ${keys.get(id)} opens ${opens}`);
  }
  console.table(Object.fromEntries(table));
  expect(wrong).toEqual([]);
  expect(points.length).toBeGreaterThanOrEqual(40);
}, 180_000);
