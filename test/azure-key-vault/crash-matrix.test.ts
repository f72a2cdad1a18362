/** Every operation of a tenant's life in Azure is cut off before and after each of its calls; then it must converge. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { azureAdministration } from '../../lambdas/key-stores/azure-key-vault/azure-administration.ts';
import type { Intent } from '../../lambdas/tenants/registry/status.ts';
import { type Aws, type Fault, openAws } from '../lambdas/tenants/aws.ts';
import { crashAt } from '../lambdas/tenants/crash.ts';
import { storedTenants } from '../lambdas/tenants/stored-tenants.ts';
import { faulty } from './faulty.ts';
import { pooledKeys } from './pooled-keys.ts';
import { type Product, startProduct } from './product.ts';

let aws: Aws;
let product: Product;
let tenants: ReturnType<typeof storedTenants>;

beforeAll(async () => {
  [aws, product] = await Promise.all([openAws(), startProduct({ keyPairs: pooledKeys(5) })]);
  product.azure.settings.mostAssignments = 100_000;
  tenants = storedTenants(aws, {
    keyStore: 'azure-key-vault',
    administration: (as, fault) =>
      azureAdministration(faulty(product.send(as), fault), product.settings),
  });
});
afterAll(async () => {
  product?.close();
  await aws?.close();
});

interface Operation {
  readonly name: string;
  /** statuses before and after; absent: no row */
  readonly from?: string;
  readonly to: string;
  readonly before: readonly ('suspend' | 'offboard')[];
  run(tenantId: string, fault?: Fault): Promise<unknown>;
}

const byIntent = (
  name: Intent,
  from: string,
  to: string,
  before: Operation['before'] = [],
): Operation => ({ name, from, to, before, run: (id, fault) => tenants.go(id, name, fault) });

/** The vault keeps a deleted key for 90 days. */
const afterRetention = 91;
const inActive = { from: 'ACTIVE', to: 'ACTIVE', before: [] } as const;
const operations: readonly Operation[] = [
  { name: 'onboard', to: 'ACTIVE', before: [], run: (id, fault) => tenants.onboard(id, fault) },
  byIntent('suspend', 'ACTIVE', 'SUSPENDED'),
  byIntent('resume', 'SUSPENDED', 'ACTIVE', ['suspend']),
  byIntent('offboard', 'ACTIVE', 'OFFBOARDING'),
  byIntent('restore', 'OFFBOARDING', 'ACTIVE', ['offboard']),
  { name: 'set-rotation', ...inActive, run: (id, fault) => tenants.setPeriod(id, fault) },
  { name: 'rotate', ...inActive, run: (id, fault) => tenants.rotate(id, fault) },
];

type Made = Awaited<ReturnType<ReturnType<Product['keyring']>['generateDataKey']>>;

async function keyringOf(tenantId: string) {
  const row = await tenants.row(tenantId);
  return row && product.keyring(row);
}

/** @returns a data key that was wrapped before the operation, where there is a key */
async function prepare({ from, before }: Operation, tenantId: string): Promise<Made | undefined> {
  if (from === undefined) return undefined;
  await tenants.onboard(tenantId);
  const made = await (await keyringOf(tenantId))?.generateDataKey({ TenantId: tenantId });
  for (const intent of before) await tenants.go(tenantId, intent);
  return made;
}

async function opens(tenantId: string, made: Made): Promise<boolean> {
  const keyring = await keyringOf(tenantId);
  const opened = await keyring?.unwrapDataKey(made.wrapped, made.context).catch(() => undefined);
  return opened !== undefined && Buffer.from(opened.plaintext).equals(made.plaintext);
}

/** What the registry says, what Azure does, and whether they are the same. */
async function stateOf(tenantId: string, first: Made | undefined): Promise<string> {
  const row = await tenants.row(tenantId);
  const key = await product.azure.keys.find(tenantId);
  const access = accessOf(tenantId);
  const open = first === undefined ? undefined : await opens(tenantId, first);
  const enabled = key?.versions.filter(({ enabled }) => enabled).length ?? 0;
  const isWhole = key !== undefined && key.deleted === undefined;
  const period = key?.policy?.lifetimeActions[0]?.trigger.timeAfterCreate;
  const isRight = {
    none: key === undefined,
    ACTIVE:
      isWhole &&
      enabled === key.versions.length &&
      open !== false &&
      access === '1 identity, 1 credential, 1 role' &&
      period === `P${row?.rotationPeriodInDays}D`,
    SUSPENDED: isWhole && enabled === 0 && open === false,
    OFFBOARDING:
      key?.deleted !== undefined &&
      enabled === 0 &&
      open === false &&
      row?.offboarding?.deletionDate !== undefined,
    ERASED: key === undefined && access === '0 identity, 0 credential, 0 role',
    PROVISIONING: false,
  }[row?.status ?? 'none'];
  const intent = row?.intent === undefined ? '' : ` ${row.intent}`;
  const seen = `${key?.versions.length} versions, ${enabled} enabled, ${access}, open ${open}`;
  return `${row?.status ?? 'none'} ${isRight ? 'right' : `wrong: ${seen}`}${intent}`;
}

function accessOf(tenantId: string): string {
  const { azure } = product;
  const application = azure.identities.get(`tenant-${tenantId}`)?.application;
  const roles = azure.rbac.assignments().filter(({ scope }) => scope.endsWith(`/keys/${tenantId}`));
  return `${application ? 1 : 0} identity, ${application?.credentials.size ?? 0} credential, ${roles.length} role`;
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

/** @returns how many versions the key has that a rotation made */
const rotationsOf = async (tenantId: string): Promise<number> =>
  ((await product.azure.keys.find(tenantId))?.versions.length ?? 1) - 1;

async function rotatedWrong(retriedId: string, tenantId: string): Promise<string[]> {
  const spent = [await rotationsOf(retriedId), await rotationsOf(tenantId)];
  const known = (await tenants.row(tenantId))?.rotation?.state;
  const isRight = spent[0] === 1 && known === (spent[1] === 1 ? 'accepted' : undefined);
  return isRight ? [] : [`${tenantId}: rotated ${spent}, the row says ${known}`];
}

async function tryPoint(
  operation: Operation,
  side: 'before' | 'after',
  call: number,
): Promise<string[]> {
  const retried = await crash(operation, side, call, 'retry');
  await operation.run(retried.tenantId);
  const afterRetry = await stateOf(retried.tenantId, retried.first);
  const { tenantId, first } = await crash(operation, side, call, 'reconciler');
  await tenants.reconcile(tenantId);
  const state = await stateOf(tenantId, first);
  const legal = [operation.from ?? 'none', operation.to].map((status) => `${status} right`);
  return [
    ...(afterRetry === `${operation.to} right` ? [] : [`${retried.tenantId}: ${afterRetry}`]),
    ...(legal.includes(state) ? [] : [`${tenantId}: ${state}`]),
    ...(operation.name === 'rotate' ? await rotatedWrong(retried.tenantId, tenantId) : []),
  ];
}

async function matrix(
  name: string,
  calls: number,
  point: (side: 'before' | 'after', call: number) => Promise<string[]>,
): Promise<void> {
  expect(calls).toBeGreaterThan(4);
  const wrong: string[] = [];
  for (let call = 1; call <= calls; call += 1)
    for (const side of ['before', 'after'] as const) wrong.push(...(await point(side, call)));
  console.log(`${name}: ${calls} calls, ${wrong.length} points did not converge`);
  expect(wrong).toEqual([]);
}

test.each(operations.map((operation) => [operation.name, operation] as const))(
  '%s, cut off anywhere: a retry and the reconciler lead to its end',
  async (name, operation) => {
    await matrix(name, await callsOf(operation), (side, call) => tryPoint(operation, side, call));
  },
  300_000,
);

/** As if it had been offboarded in time: the row's date is over, by the functions' clock too. */
async function timePassed(tenantId: string): Promise<void> {
  const row = await aws.row(tenantId);
  const past = new Date(Date.now() - 86_400_000).toISOString();
  const { offboarding } = row as { readonly offboarding?: object };
  await aws.put({ ...row, offboarding: { ...offboarding, requestedAt: past, deletionDate: past } });
}

test('erase, cut off anywhere: the next run ends it, and nothing before the vault has purged', async () => {
  const erase = (tenantId: string, fault: Fault = {}) => tenants.reconcile(tenantId, { fault });
  const leave = async (tenantId: string) => {
    await tenants.onboard(tenantId);
    await tenants.go(tenantId, 'offboard');
    await timePassed(tenantId);
  };
  const most = 30;
  const ids = (['before', 'after'] as const).flatMap((side) =>
    Array.from({ length: most }, (_, at) => `erase-${side}-${at + 1}`),
  );
  for (const id of ['erase-whole', ...ids]) await leave(id);
  // The row's date is over, and the vault's is not.
  await erase('erase-whole').catch(() => undefined);
  expect(await stateOf('erase-whole', undefined)).toMatch(/^OFFBOARDING/);
  product.azure.advance(afterRetention * 86_400_000);
  const fault = crashAt(Number.POSITIVE_INFINITY, 'after');
  await erase('erase-whole', fault);
  expect(await stateOf('erase-whole', undefined)).toBe('ERASED right');
  expect(fault.calls).toBeLessThanOrEqual(most);
  await matrix('erase', fault.calls, async (side, call) => {
    const tenantId = `erase-${side}-${call}`;
    await erase(tenantId, crashAt(call, side)).catch(() => undefined);
    await tenants.minutesPass(tenantId);
    await erase(tenantId);
    const state = await stateOf(tenantId, undefined);
    return state === 'ERASED right' ? [] : [`${tenantId}: ${state}`];
  });
}, 300_000);
