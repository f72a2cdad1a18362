/**
 * Every step of a change of the key store, KMS to a real Vault and back, is cut off before and after each of its calls. At every
 * point all that was ever encrypted opens, until the end of its key was asked for; and then it must converge.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { KeyStoreName } from '../../contract/key-stores.ts';
import { pairedKeys } from '../../lambdas/crypto/stored-key.ts';
import { kmsKeyring } from '../../lambdas/key-stores/aws-kms/kms-keyring.ts';
import type { Keyring } from '../../lambdas/key-stores/keyring.ts';
import { keyStoreOf, type TenantRow } from '../../lambdas/tenants/registry/tenant-row.ts';
import { type Aws, type Fault, openAws } from '../lambdas/tenants/aws.ts';
import { crashAt } from '../lambdas/tenants/crash.ts';
import { bao, store, useStore } from './harness.ts';
import { keyringOf, sessionOf } from './tenant-session.ts';
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

type Prepare = (tenantId: string) => Promise<unknown>;
interface Step {
  readonly name: string;
  readonly begin: KeyStoreName;
  readonly before: readonly Prepare[];
  readonly after: string;
  /** after the end was asked for: then the reconciler looks */
  readonly days?: number;
  run(tenantId: string, fault?: Fault): Promise<unknown>;
}

const toVault: Prepare = (id) => tenants.move(id, 'vault');
const toKms: Prepare = (id) => tenants.move(id, 'aws-kms');
const end: Prepare = (id) => tenants.endPrevious(id);
const suspend: Prepare = (id) => tenants.go(id, 'suspend');
const offboard: Prepare = (id) => tenants.go(id, 'offboard');

/** As time would: the new key encrypts, and the reconciler has counted. */
const settle: Prepare = async (tenantId) => {
  const row = (await aws.row(tenantId)) as TenantRow;
  const since = new Date(Date.now() - 120_000).toISOString();
  await aws.put({ ...row, previousKey: { ...row.previousKey, since } });
  await tenants.reconcile(tenantId);
};
const moved = [toVault, settle];

const steps: readonly Step[] = [
  {
    name: 'kms-to-vault',
    begin: 'aws-kms',
    before: [],
    after: 'ACTIVE vault usable, aws-kms usable',
    run: (id, fault) => tenants.move(id, 'vault', fault),
  },
  {
    name: 'vault-to-kms',
    begin: 'vault',
    before: [],
    after: 'ACTIVE aws-kms usable, vault usable',
    run: (id, fault) => tenants.move(id, 'aws-kms', fault),
  },
  {
    name: 'back',
    begin: 'aws-kms',
    before: moved,
    after: 'ACTIVE aws-kms usable, vault usable',
    run: (id, fault) => tenants.move(id, 'aws-kms', fault),
  },
  {
    name: 'end-kms',
    begin: 'aws-kms',
    before: moved,
    after: 'ACTIVE vault usable, aws-kms ending',
    run: (id, fault) => tenants.endPrevious(id, fault),
  },
  {
    name: 'end-vault',
    begin: 'vault',
    before: [toKms, settle],
    after: 'ACTIVE aws-kms usable, vault ending',
    run: (id, fault) => tenants.endPrevious(id, fault),
  },
  {
    name: 'restore-kms',
    begin: 'aws-kms',
    before: [...moved, end],
    after: 'ACTIVE vault usable, aws-kms usable',
    run: (id, fault) => tenants.restorePrevious(id, fault),
  },
  {
    name: 'restore-vault',
    begin: 'vault',
    before: [toKms, settle, end],
    after: 'ACTIVE aws-kms usable, vault usable',
    run: (id, fault) => tenants.restorePrevious(id, fault),
  },
  {
    name: 'delete-vault',
    begin: 'vault',
    before: [toKms, settle, end, (id) => tenants.reconcile(id)],
    after: 'ACTIVE aws-kms usable, 1 former',
    days: 8,
    run: (id, fault = {}) => tenants.reconcile(id, { fault, days: 8 }),
  },
  {
    name: 'suspend-both',
    begin: 'aws-kms',
    before: moved,
    after: 'SUSPENDED vault unusable, aws-kms unusable',
    run: (id, fault) => tenants.go(id, 'suspend', fault),
  },
  {
    name: 'resume-both',
    begin: 'aws-kms',
    before: [...moved, suspend],
    after: 'ACTIVE vault usable, aws-kms usable',
    run: (id, fault) => tenants.go(id, 'resume', fault),
  },
  {
    name: 'offboard-both',
    begin: 'aws-kms',
    before: moved,
    after: 'OFFBOARDING vault ending, aws-kms ending',
    run: (id, fault) => tenants.go(id, 'offboard', fault),
  },
  {
    name: 'offboarded-both-restored',
    begin: 'aws-kms',
    before: [...moved, offboard],
    after: 'ACTIVE vault usable, aws-kms usable',
    run: (id, fault) => tenants.go(id, 'restore', fault),
  },
];

const vaultKeyringOf = (tenantId: string): Keyring =>
  keyringOf(store, sessionOf(store, { address: bao.address }, tenantId), tenantId);

/** The data plane's choice of keyrings by the row, with the sessions of an administrator and of the tenant. */
const storedKeyOf = pairedKeys(async (key) => {
  const tenantId = (key as { tenantId?: string }).tenantId ?? '';
  return keyStoreOf(key) === 'vault'
    ? { keyring: vaultKeyringOf(tenantId) }
    : { keyring: kmsKeyring(aws.clients().kms, key.keyArn as string) };
});

async function keyringsOf(row: TenantRow) {
  const { previousKey, tenantId } = row;
  const named = previousKey && { ...previousKey, tenantId };
  return (await storedKeyOf({ ...row, previousKey: named })).keyring;
}

interface Sample {
  readonly keyStore: KeyStoreName;
  readonly plaintext: string;
  readonly wrapped: Parameters<Keyring['unwrapDataKey']>[0];
}
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const contextOf = (TenantId: string) => ({ TenantId });

async function sampleOf(tenantId: string): Promise<Sample> {
  const row = (await tenants.row(tenantId)) as TenantRow;
  const { plaintext, wrapped } = await (await keyringsOf(row)).generateDataKey(contextOf(tenantId));
  const keyStore = wrapped.providerId === 'aws-kms' ? 'aws-kms' : 'vault';
  return { keyStore, plaintext: hex(plaintext), wrapped };
}

/** One that each key of the tenant has made while it was the one that encrypts. */
async function prepare({ begin, before }: Step, tenantId: string): Promise<Sample[]> {
  await tenants.onboard(tenantId, undefined, begin);
  const samples = [await sampleOf(tenantId)];
  for (const step of before) {
    await step(tenantId);
    const { status } = (await tenants.row(tenantId)) as TenantRow;
    if (step === settle && status === 'ACTIVE') samples.push(await sampleOf(tenantId));
  }
  return samples;
}

/** @returns the stores of those that do not open, though their key has not been ended */
async function unopened(tenantId: string, samples: readonly Sample[]): Promise<string[]> {
  const row = (await tenants.row(tenantId)) as TenantRow;
  if (row.status !== 'ACTIVE' || row.intent !== undefined) return [];
  const keyring = await keyringsOf(row);
  const closed: string[] = [];
  for (const { keyStore, plaintext, wrapped } of samples) {
    const isOwn = keyStoreOf(row) === keyStore;
    const { previousKey } = row;
    const isPrevious = previousKey?.keyStore === keyStore && previousKey.status === undefined;
    if (!isOwn && !isPrevious) continue;
    const opened = await keyring.unwrapDataKey(wrapped, contextOf(tenantId)).then(
      (key) => hex(key.plaintext),
      (error) => String(error.cause ?? error),
    );
    if (opened !== plaintext) closed.push(`${keyStore}: ${opened}`);
  }
  return closed;
}

/** What a key's store says of it. */
async function useOf(tenantId: string, keyArn: string | undefined): Promise<string> {
  if (keyArn !== undefined) {
    const { KeyMetadata } = await aws.administrator.describeKey({ KeyId: keyArn });
    return KeyMetadata?.KeyState ?? 'none';
  }
  const made = vaultKeyringOf(tenantId).generateDataKey(contextOf(tenantId));
  return made.then(
    () => 'Enabled',
    () => 'refused',
  );
}

/** What the row says of the tenant and of each key, where the stores say the same. */
async function stateOf(tenantId: string): Promise<string> {
  const row = (await tenants.row(tenantId)) as TenantRow;
  const { status, intent, nextKey, previousKey, formerKeys, lease } = row;
  const word = async (
    key: { keyStore: KeyStoreName; status?: string | undefined },
    end: unknown,
  ) => {
    const isKms = key.keyStore === 'aws-kms';
    const found = await useOf(tenantId, isKms ? (key as { keyArn?: string }).keyArn : undefined);
    const is = key.status ?? status;
    const expected = isKms
      ? { ACTIVE: 'Enabled', SUSPENDED: 'Disabled', OFFBOARDING: 'PendingDeletion' }[is]
      : { ACTIVE: 'Enabled' }[is];
    const says = { ACTIVE: 'usable', SUSPENDED: 'unusable', OFFBOARDING: 'ending' }[is] ?? is;
    const isAsSaid = found === (expected ?? 'refused') && (is !== 'OFFBOARDING' || end);
    return `${key.keyStore} ${isAsSaid ? says : `${says} but ${found}`}`;
  };
  const { keyArn, offboarding } = row;
  const keys = [
    await word({ ...{ keyArn }, keyStore: keyStoreOf(row) }, offboarding?.deletionDate),
  ];
  if (previousKey !== undefined)
    keys.push(await word(previousKey, previousKey.offboarding?.deletionDate));
  const rest = [
    intent && `intent ${intent}`,
    previousKey?.intent && `previous ${previousKey.intent}`,
    nextKey && 'next',
    lease && 'lease',
    formerKeys && `${formerKeys.length} former`,
  ].filter((one) => one);
  return `${status} ${[...keys, ...rest].join(', ')}`;
}

async function keyInVault(tenantId: string): Promise<boolean> {
  const { status } = await store.call(bao.rootToken, 'GET', `${store.transit}/keys/${tenantId}`);
  return status === 200;
}

/** @returns tenants for whom more than one key was made in KMS that is still there */
async function withSeveralKeys(): Promise<string[]> {
  const { Keys = [] } = await aws.administrator.listKeys({ Limit: 1000 });
  const counts = new Map<string, number>();
  for (const { KeyArn } of Keys) {
    const { Tags = [] } = await aws.administrator.listResourceTags({ KeyId: KeyArn });
    const id = Tags.find(({ TagKey }) => TagKey === 'TenantId')?.TagValue ?? 'nobody';
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return [...counts].filter(([, count]) => count > 1).map(([id]) => id);
}

async function callsOf(step: Step) {
  const tenantId = `${step.name}-whole`;
  await prepare(step, tenantId);
  const from = await stateOf(tenantId);
  const fault = crashAt(Number.POSITIVE_INFINITY, 'after');
  await step.run(tenantId, fault);
  return { calls: fault.calls, from };
}

test.each(steps.map((step) => [step.name, step] as const))(
  '%s, cut off anywhere: everything opens, and a retry and the reconciler lead to its end',
  async (name, step) => {
    const { calls, from } = await callsOf(step);
    expect(await stateOf(`${name}-whole`)).toBe(step.after);
    const wrong: string[] = [];
    const check = (at: string, state: string, legal: readonly string[], closed: string[]) => {
      if (!legal.includes(state)) wrong.push(`${at}: ${state}`);
      wrong.push(...closed.map((one) => `${at} does not open ${one}`));
    };
    for (let call = 1; call <= calls; call += 1) {
      for (const side of ['before', 'after'] as const) {
        for (const by of ['retry', 'reconciler'] as const) {
          const tenantId = `${name}-${side}-${call}-${by}`;
          const samples = await prepare(step, tenantId);
          await step.run(tenantId, crashAt(call, side)).catch(() => undefined);
          check(`${tenantId} at the crash`, '', [''], await unopened(tenantId, samples));
          await tenants.minutesPass(tenantId);
          if (by === 'retry') await step.run(tenantId);
          else await tenants.reconcile(tenantId, { days: step.days ?? 0 });
          const legal = by === 'retry' ? [step.after] : [from, step.after];
          check(tenantId, await stateOf(tenantId), legal, await unopened(tenantId, samples));
        }
      }
    }
    wrong.push(...(await withSeveralKeys()));
    const points = calls * 4;
    console.log(`${name}: ${calls} calls, ${points} points, ${wrong.length} wrong`);
    expect(wrong).toEqual([]);
  },
  300_000,
);

/** What is left of a change that may not go on: no key, a key before that has encrypted nothing, or the change was made. */
const abandoned: readonly {
  readonly name: string;
  readonly step: string;
  readonly stop: Prepare;
  readonly legal: readonly string[];
}[] = [
  {
    name: 'to-vault-suspended',
    step: 'kms-to-vault',
    stop: suspend,
    legal: [
      'SUSPENDED aws-kms unusable',
      'SUSPENDED aws-kms unusable, vault unusable',
      'SUSPENDED vault unusable, aws-kms unusable',
    ],
  },
  {
    name: 'to-kms-offboarded',
    step: 'vault-to-kms',
    stop: offboard,
    legal: [
      'OFFBOARDING vault ending',
      'OFFBOARDING vault ending, aws-kms ending',
      'OFFBOARDING aws-kms ending, vault ending',
    ],
  },
];

test.each(abandoned)(
  '$name: a change that is cut off anywhere, of a tenant that may have none then, has an end',
  async ({ name, step: changed, stop, legal }) => {
    const step = steps.find((one) => one.name === changed) as Step;
    const whole = `${name}-whole`;
    await prepare(step, whole);
    const count = crashAt(Number.POSITIVE_INFINITY, 'after');
    await step.run(whole, count);
    const wrong: string[] = [];
    const seen = new Set<string>();
    for (let call = 1; call <= count.calls; call += 1) {
      for (const side of ['before', 'after'] as const) {
        const tenantId = `${name}-${side}-${call}`;
        await prepare(step, tenantId);
        await step.run(tenantId, crashAt(call, side)).catch(() => undefined);
        await tenants.minutesPass(tenantId);
        await stop(tenantId);
        // One run ends the change, the next what became of its key.
        for (const _run of [1, 2]) await tenants.reconcile(tenantId);
        const state = await stateOf(tenantId);
        seen.add(state);
        if (!legal.includes(state)) wrong.push(`${tenantId}: ${state}`);
        // A key that no row has would be nobody's to end.
        const { keyStore, previousKey } = (await tenants.row(tenantId)) as TenantRow;
        const inVault = await keyInVault(tenantId);
        const isKnown = [keyStore, previousKey?.keyStore].includes('vault');
        if (inVault !== isKnown) wrong.push(`${tenantId}: a key in vault: ${inVault}, ${state}`);
      }
    }
    wrong.push(...(await withSeveralKeys()));
    console.log(`${name}: ${count.calls * 2} points, ${wrong.length} wrong`);
    expect(wrong).toEqual([]);
    expect([...seen].sort()).toEqual([...legal].sort());
  },
  300_000,
);
