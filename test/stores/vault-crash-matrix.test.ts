/** Every operation of a tenant's life in a real store is cut off before and after each of its calls; then it must converge. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Intent } from '../../lambdas/tenants/registry/status.ts';
import { type Aws, type Fault, openAws } from '../lambdas/tenants/aws.ts';
import { crashAt } from '../lambdas/tenants/crash.ts';
import { bao, store, useStore } from './harness.ts';
import { vaultTenants } from './vault-tenants.ts';

useStore();
let aws: Aws;
let tenants: Awaited<ReturnType<typeof vaultTenants>>;
beforeAll(async () => {
  aws = await openAws();
  tenants = await vaultTenants(aws, store);
});
afterAll(async () => {
  await aws.close();
});

interface Operation {
  readonly name: string;
  /** statuses before and after; absent: no row */
  readonly from?: string;
  readonly to: string;
  readonly before: readonly ('suspend' | 'offboard' | 'hold back')[];
  run(tenantId: string, fault?: Fault): Promise<unknown>;
}

const byIntent = (
  name: Intent,
  from: string,
  to: string,
  before: Operation['before'] = [],
): Operation => ({ name, from, to, before, run: (id, fault) => tenants.go(id, name, fault) });

const afterWindow = 8;
const operations: readonly Operation[] = [
  { name: 'onboard', to: 'ACTIVE', before: [], run: (id, fault) => tenants.onboard(id, fault) },
  byIntent('suspend', 'ACTIVE', 'SUSPENDED'),
  byIntent('resume', 'SUSPENDED', 'ACTIVE', ['suspend']),
  byIntent('offboard', 'ACTIVE', 'OFFBOARDING'),
  byIntent('restore', 'OFFBOARDING', 'ACTIVE', ['offboard', 'hold back']),
  {
    name: 'hold-back',
    from: 'OFFBOARDING',
    to: 'OFFBOARDING',
    before: ['offboard'],
    run: (id, fault) => tenants.reconcile(id, fault && { fault }),
  },
  {
    name: 'set-rotation',
    from: 'ACTIVE',
    to: 'ACTIVE',
    before: [],
    run: (id, fault) => tenants.setPeriod(id, fault),
  },
  {
    name: 'rotate',
    from: 'ACTIVE',
    to: 'ACTIVE',
    before: [],
    run: (id, fault) => tenants.rotate(id, fault),
  },
  {
    name: 'erase',
    from: 'OFFBOARDING',
    to: 'ERASED',
    before: ['offboard', 'hold back'],
    run: (id, fault) => tenants.reconcile(id, { days: afterWindow, ...(fault && { fault }) }),
  },
];

const associated_data = Buffer.from('context').toString('base64');

async function asTenant(tenantId: string, operation: string, body: object) {
  const token = await store.tokenOf({ tenant: tenantId }).catch(() => undefined);
  const path = `tenant-keys/${operation}/${tenantId}`;
  return store.call(token, 'POST', path, { ...body, associated_data });
}

const keyOf = (tenantId: string) =>
  store.call(bao.rootToken, 'GET', `tenant-keys/keys/${tenantId}`);

/** @returns a data key that was wrapped before the operation, where there is a key */
async function prepare({ from, before }: Operation, tenantId: string) {
  if (from === undefined) return undefined;
  await tenants.onboard(tenantId);
  const { data } = await asTenant(tenantId, 'datakey/plaintext', {});
  for (const step of before)
    await (step === 'hold back' ? tenants.reconcile(tenantId) : tenants.go(tenantId, step));
  return data as { readonly plaintext: string; readonly ciphertext: string };
}

/** What the registry says, what the store does, and whether they are the same. */
async function stateOf(
  tenantId: string,
  first: { plaintext: string; ciphertext: string } | undefined,
) {
  const row = await tenants.row(tenantId);
  const key = await keyOf(tenantId);
  const { status } = await asTenant(tenantId, 'datakey/wrapped', {});
  const opened = first && (await asTenant(tenantId, 'decrypt', { ciphertext: first.ciphertext }));
  const isRight = {
    none: key.status === 404,
    ACTIVE:
      status === 200 &&
      key.data?.min_encryption_version === 0 &&
      row?.keyName === `tenant-keys/keys/${tenantId}` &&
      (first === undefined || opened?.data?.plaintext === first.plaintext) &&
      key.data?.auto_rotate_period === (row?.rotationPeriodInDays ?? 0) * 86_400,
    SUSPENDED: status === 403 && key.status === 200,
    OFFBOARDING:
      status === 403 && key.status === 200 && row?.offboarding?.deletionDate !== undefined,
    ERASED: key.status === 404 && status === 403,
    PROVISIONING: false,
  }[row?.status ?? 'none'];
  const intent = row?.intent === undefined ? '' : ` ${row.intent}`;
  return `${row?.status ?? 'none'} ${isRight ? 'right' : `wrong ${status} ${key.status}`}${intent}`;
}

async function callsOf(operation: Operation): Promise<number> {
  const tenantId = `${operation.name}-whole`;
  await prepare(operation, tenantId);
  const fault = crashAt(Number.POSITIVE_INFINITY, 'after');
  await operation.run(tenantId, fault);
  return fault.calls;
}

async function crash(operation: Operation, side: 'before' | 'after', call: number, by: string) {
  const tenantId = `${operation.name}-${side}-${call}-${by}`;
  const first = await prepare(operation, tenantId);
  await operation.run(tenantId, crashAt(call, side)).catch(() => undefined);
  await tenants.minutesPass(tenantId);
  return { tenantId, first };
}

/** @returns whether the key has the mark from which its window counts */
async function isHeldBack(tenantId: string): Promise<boolean> {
  const { data } = await keyOf(tenantId);
  return Number(data?.min_encryption_version) === data?.latest_version;
}

/** @returns how many versions the key has that a rotation made */
async function rotationsOf(tenantId: string): Promise<number> {
  const { data } = await keyOf(tenantId);
  return Number(data?.latest_version ?? 1) - 1;
}

test.each(operations.map((operation) => [operation.name, operation] as const))(
  '%s, cut off anywhere: a retry and the reconciler lead to its end',
  async (name, operation) => {
    const calls = await callsOf(operation);
    expect(calls).toBeGreaterThan(4);
    const wrong: string[] = [];
    let points = 0;
    for (let call = 1; call <= calls; call += 1) {
      for (const side of ['before', 'after'] as const) {
        points += 2;
        const retried = await crash(operation, side, call, 'retry');
        const found = await operation.run(retried.tenantId);
        if (name === 'hold-back' && !(await isHeldBack(retried.tenantId)))
          wrong.push(`${retried.tenantId}: no window ${found}`);
        const afterRetry = await stateOf(retried.tenantId, retried.first);
        if (afterRetry !== `${operation.to} right`)
          wrong.push(`${retried.tenantId}: ${afterRetry}`);

        const { tenantId, first } = await crash(operation, side, call, 'reconciler');
        await tenants.reconcile(tenantId, { days: name === 'erase' ? afterWindow : 0 });
        const state = await stateOf(tenantId, first);
        const legal = [operation.from ?? 'none', operation.to].map((status) => `${status} right`);
        if (!legal.includes(state)) wrong.push(`${tenantId}: ${state}`);
        if (name === 'rotate') {
          const spent = [await rotationsOf(retried.tenantId), await rotationsOf(tenantId)];
          const known = (await tenants.row(tenantId))?.rotation?.state;
          if (spent[0] !== 1 || known !== (spent[1] === 1 ? 'accepted' : undefined))
            wrong.push(`${tenantId}: rotated ${spent}, the row says ${known}`);
        }
      }
    }
    console.log(`${name}: ${calls} calls, ${points} points, ${points - wrong.length} converged`);
    expect(wrong).toEqual([]);
  },
  300_000,
);
