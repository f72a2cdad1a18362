/**
 * Every step of a change of the key store, KMS to an account of the tenant's own, to another key there, and back, cut off
 * anywhere. The session broker stands for itself elsewhere: an administrator has the tenant's keys here.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { kmsKeyring } from '../../../../lambdas/key-stores/aws-kms/kms-keyring.ts';
import { externalAdministration } from '../../../../lambdas/key-stores/aws-kms-external/external-administration.ts';
import { changeToExternal } from '../../../../lambdas/tenants/lifecycle/external-change.ts';
import type { ExternalOnboarding } from '../../../../lambdas/tenants/lifecycle/external-onboarding.ts';
import { onboardExternal } from '../../../../lambdas/tenants/lifecycle/external-onboarding.ts';
import { keyArnsOf } from '../../../../lambdas/tenants/registry/listing.ts';
import { account } from '../../../harness/account.ts';
import { tableName } from '../../../harness/local-aws.ts';
import { type Aws, type Fault, openAws } from '../aws.ts';
import { storedTenants } from '../stored-tenants.ts';
import { crashMatrix, oneEnd } from './crash-points.ts';
import type { KeyOfTenant, MovingStore } from './moving-store.ts';
import { withSeveralKeys } from './state.ts';
import {
  end,
  go,
  type Prepare,
  restorePrevious,
  type Step,
  settle,
  steps,
  toOther,
} from './steps.ts';

const keyStore = 'aws-kms-external';
let aws: Aws;
let store: MovingStore;
beforeAll(async () => {
  aws = await openAws();
  store = { ...ofTenants, aws, tenants: externalTenants() };
});
afterAll(() => aws?.close());

/** The tenants' own keys, made when they are first asked for. */
const keys = new Map<string, string>();
async function keyOf(tenantId: string, which: 'first' | 'second'): Promise<string> {
  const name = `${which} of ${tenantId}`;
  const made = keys.get(name);
  if (made !== undefined) return made;
  const Tags = [{ TagKey: 'TenantId', TagValue: name }];
  const { KeyMetadata } = await aws.administrator.createKey({ Tags });
  keys.set(name, KeyMetadata?.Arn ?? '');
  return keyOf(tenantId, which);
}
const isSecond = ({ tenantId, keyName }: KeyOfTenant) =>
  keyName === keys.get(`second of ${tenantId}`);

const ofTenants: Omit<MovingStore, 'aws' | 'tenants'> = {
  keyStore,
  isTenants: true,
  called: (key) => (isSecond(key) ? 'second' : keyStore),
  keyringOf: ({ keyName = '' }) => kmsKeyring(aws.clients().kms, keyName),
  leftOf: async () => [],
  // The reconciler's clock is put forward.
  windowPasses: async () => {},
};

function externalTenants() {
  const tenants = storedTenants(aws, { keyStore, administration: () => externalAdministration });
  const work = (fault: Fault = {}): ExternalOnboarding => ({
    ...tenants.work(fault),
    ...{ partition: 'aws', region: account.region, accounts: [account.accountId] },
    knownKeyArns: (except) => keyArnsOf(aws.clients(fault).table, tableName, except),
    async challenge() {
      fault.before?.('challenge');
      fault.after?.('challenge');
      return { failed: [], keyCreatedAt: undefined };
    },
  });
  const move = async (id: string, which: 'first' | 'second', fault?: Fault) =>
    changeToExternal(work(fault), id, await keyOf(id, which));
  const external: typeof tenants = {
    ...tenants,
    onboard: async (id, fault, to = keyStore) =>
      to === keyStore
        ? onboardExternal(work(fault), id, { keyStore, keyArn: await keyOf(id, 'first') })
        : tenants.onboard(id, fault, to),
    move: (id, to, fault) =>
      to === keyStore ? move(id, 'first', fault) : tenants.move(id, to, fault),
  };
  toSecond = (_, id, fault) => move(id, 'second', fault);
  return external;
}

let toSecond: Step['run'];
const another: Step['run'] = (of, id, fault) => toSecond(of, id, fault);
const moved: readonly Prepare[] = [another, settle];
const inBoth = 'ACTIVE second usable, other usable';
const toAnotherKey: readonly Omit<Step, 'begin'>[] = [
  { name: 'to-second', before: [], after: inBoth, run: another },
  {
    ...{ name: 'second-and-back', before: moved, after: 'ACTIVE other usable, second usable' },
    run: toOther,
  },
  { name: 'end-first', before: moved, after: 'ACTIVE second usable, other ending', run: end },
  { name: 'restore-first', before: [...moved, end], after: inBoth, run: restorePrevious },
  {
    ...{ name: 'forget-first', before: [...moved, end], after: 'ACTIVE second usable, 1 former' },
    run: ({ tenants }, id, fault = {}) => tenants.reconcile(id, { fault, days: 8 }),
    days: 8,
  },
  {
    ...{ name: 'suspend-own', before: moved, run: go('suspend') },
    after: 'SUSPENDED second unusable, other unusable',
  },
  {
    ...{ name: 'offboard-own', before: moved, run: go('offboard') },
    after: 'OFFBOARDING second ending, other ending',
  },
];

/** Where the tenant makes the key there is none that no row names. */
const ofAnyStore = steps.filter(({ name }) => !name.startsWith('abandon-to-other'));

const all: readonly Step[] = [
  ...ofAnyStore,
  ...toAnotherKey.map((step) => ({ ...step, begin: 'other' as const })),
];

test.each(all.map((step) => [step.name, step] as const))(
  '%s, cut off anywhere: everything opens, and a retry and the reconciler lead to its end',
  async (name, step) => {
    const { calls, points, wrong } = await crashMatrix(store, step, oneEnd);
    console.log(`${name}: ${calls} calls, ${points} points, ${wrong.length} wrong`);
    expect(wrong).toEqual([]);
  },
  120_000,
);

test('none of them has more than one key in KMS', async () => {
  expect(await withSeveralKeys(aws)).toEqual([]);
}, 120_000);
