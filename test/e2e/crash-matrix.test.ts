/** The control plane is stopped after every single AWS call of a lifecycle operation; then it must converge. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { intent } from '../../lambdas/tenants/registry/status.ts';
import { type Control, startControl } from './control.ts';
import type { TestStack } from './test-stack.ts';

let stack: TestStack;
let control: Control;
beforeAll(async () => {
  // No scheduled run of the reconciler comes between.
  ({ stack, control } = await startControl({ reconcileEveryMinutes: 1440 }));
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
  const TableName = (await dynamodb.listTables({})).TableNames?.find((name) =>
    name.includes('TenantTable'),
  ) as string;
  return { TableName, items: (await dynamodb.scan({ TableName })).Items ?? [] };
}

/**
 * Stands for waiting until every dead invocation's lease is over, and until KMS shows each rotation that it accepted.
 */
async function minutesPass() {
  const { TableName, items } = await rows();
  for (const { tenantId, lease, rotation } of items) {
    if (rotation !== undefined) {
      await stack.administrator.dynamodb.updateItem({
        TableName,
        Key: { tenantId: tenantId as { S: string } },
        UpdateExpression: 'SET #rotation.requestedAt = :past',
        ExpressionAttributeNames: { '#rotation': 'rotation' },
        ExpressionAttributeValues: { ':past': { S: sixMinutesAgo() } },
      });
    }
    if (lease === undefined) continue;
    await stack.administrator.dynamodb.updateItem({
      TableName,
      Key: { tenantId: tenantId as { S: string } },
      UpdateExpression: 'SET lease.expiresAt = :past',
      ExpressionAttributeValues: { ':past': { N: '1' } },
    });
  }
}

const sixMinutesAgo = () => new Date(Date.now() - 6 * 60_000).toISOString();

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

interface Point {
  readonly operation: Operation;
  readonly tenantId: string;
  readonly by: 'retry' | 'reconciler';
  /** made before the operation */
  readonly ciphertext: string | undefined;
}

/** @returns how many calls to AWS the operation makes where nothing stops it */
async function callsOf(operation: Operation): Promise<number> {
  const tenantId = `${operation.name}-whole`.toLowerCase();
  await prepare(operation, tenantId);
  const before = stack.calls.length;
  const { status } = await operation.run(tenantId);
  expect([operation.name, status < 300]).toEqual([operation.name, true]);
  return stack.calls.length - before;
}

/** For a tenant of its own, stops everything after that many calls. */
async function crash(operation: Operation, after: number, by: Point['by']): Promise<Point> {
  const tenantId = `${operation.name}-${after}-${by}`.toLowerCase();
  const ciphertext = await prepare(operation, tenantId);
  stack.deployment.faults.set([{ service: '*', operation: '*', fault: 'error', after }]);
  // For each call that fails the SDK pauses twice.
  await stack.inHaste(() => operation.run(tenantId), 5);
  stack.deployment.faults.clear();
  return { operation, tenantId, by, ciphertext };
}

/** @returns what is wrong with each of the points, by their tenants */
async function wrongOf(points: readonly Point[]): Promise<Map<string, string>> {
  const keys = await keysByTenant();
  const all = new Map((await rows()).items.map((row) => [row.tenantId?.S, row]));
  const wrong = new Map<string, string>();
  for (const { operation, tenantId, by, ciphertext } of points) {
    const row = all.get(tenantId);
    const status = row?.status?.S;
    const { json } = await control.get(`/tenants/${tenantId}`);
    const legal = by === 'retry' ? [operation.to] : [operation.from, operation.to];
    const agrees =
      status === undefined
        ? !keys.has(tenantId)
        : keys.get(tenantId) === 1 &&
          json.key.state === keyStates[status] &&
          row?.intent?.S === undefined &&
          (status !== 'ACTIVE' || json.key.rotationPeriodInDays === json.rotationPeriodInDays);
    const opens =
      status !== 'ACTIVE' ||
      ciphertext === undefined ||
      (await control.decrypt(tenantId, ciphertext)) === 'first';
    const rotated = await rotatedAsItShould(operation, tenantId, by);
    if (legal.includes(status) && agrees && opens && rotated) continue;
    wrong.set(
      tenantId,
      `${status} ${json.key?.state} keys ${keys.get(tenantId)} opens ${opens} rotated ${rotated}`,
    );
  }
  return wrong;
}

/** After a retry one rotation is spent, exactly; the reconciler asks for none, and the row says what KMS did. */
async function rotatedAsItShould({ name }: Operation, tenantId: string, by: Point['by']) {
  if (name !== 'rotate') return true;
  const { onDemandRotation, key } = (await control.get(`/tenants/${tenantId}`)).json;
  const spent = 25 - key.onDemandRotationsLeft;
  const isKnown = onDemandRotation?.state === (spent === 0 ? undefined : 'accepted');
  return isKnown && (spent === 1 || (spent === 0 && by === 'reconciler'));
}

const countOf = (points: readonly Point[], name: string, by?: Point['by']) =>
  points.filter((one) => one.operation.name === name && (by === undefined || one.by === by)).length;

test('every transition is among the operations', () => {
  expect(operations.map(({ name }) => name)).toEqual(expect.arrayContaining(intent.options));
});

test('stopped after any call, a retry or the reconciler leads every operation to its end', async () => {
  const points: Point[] = [];
  const calls: Record<string, number> = {};
  for (const operation of operations) {
    const count = await callsOf(operation);
    calls[operation.name] = count;
    for (let after = 0; after < count; after += 1) {
      points.push(await crash(operation, after, 'retry'));
      points.push(await crash(operation, after, 'reconciler'));
    }
  }
  await minutesPass();

  // Before the reconciler could have repaired them.
  const retried = points.filter(({ by }) => by === 'retry');
  for (const { operation, tenantId } of retried) {
    const { status } = await operation.run(tenantId);
    expect([tenantId, status < 300]).toEqual([tenantId, true]);
  }
  const wrong = await wrongOf(retried);
  await stack.run('reconciler');
  for (const [tenantId, what] of await wrongOf(points)) wrong.set(tenantId, what);

  const converged = points.filter(({ tenantId }) => !wrong.has(tenantId));
  const lines = operations.map(({ name }) => [
    name,
    {
      calls: calls[name],
      points: countOf(points, name),
      retry: countOf(converged, name, 'retry'),
      reconciler: countOf(converged, name, 'reconciler'),
    },
  ]);
  console.table(Object.fromEntries(lines));
  expect(Object.fromEntries(wrong)).toEqual({});
  expect(points.length).toBeGreaterThanOrEqual(40);
}, 180_000);
