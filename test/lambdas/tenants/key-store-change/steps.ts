/** The steps of a change of the key store, KMS to another and back, and what each leaves. */
import type { KeyStoreName } from '../../../../contract/key-stores.ts';
import type { TenantRow } from '../../../../lambdas/tenants/registry/tenant-row.ts';
import type { Fault } from '../aws.ts';
import type { MovingStore } from './moving-store.ts';

export type Prepare = (store: MovingStore, tenantId: string) => Promise<unknown>;

export interface Step {
  readonly name: string;
  readonly begin: 'kms' | 'other';
  readonly before: readonly Prepare[];
  /** the state that it leads to; `other` stands for the other store's name */
  readonly after: string;
  /** after the end was asked for: then the reconciler looks */
  readonly days?: number;
  /** which is as good: a lease that has run out is nobody's, and stays where nothing is left to be written */
  readonly orElse?: string;
  run(store: MovingStore, tenantId: string, fault?: Fault): Promise<unknown>;
}

const moveTo =
  (to: KeyStoreName | 'other') =>
  ({ tenants, keyStore }: MovingStore, tenantId: string, fault?: Fault) =>
    tenants.move(tenantId, to === 'other' ? keyStore : to, fault);
export const toOther = moveTo('other');
const toKms = moveTo('aws-kms');
export const end = ({ tenants }: MovingStore, id: string, fault?: Fault) =>
  tenants.endPrevious(id, fault);
export const restorePrevious = ({ tenants }: MovingStore, id: string, fault?: Fault) =>
  tenants.restorePrevious(id, fault);
export const go =
  (intent: 'suspend' | 'resume' | 'offboard' | 'restore') =>
  ({ tenants }: MovingStore, id: string, fault?: Fault) =>
    tenants.go(id, intent, fault);
const windowPasses: Prepare = (store, id) => store.windowPasses(id);

/** As time would: the new key encrypts, and the reconciler has counted. */
export const settle: Prepare = async ({ aws, tenants }, tenantId) => {
  const row = (await aws.row(tenantId)) as TenantRow;
  const since = new Date(Date.now() - 120_000).toISOString();
  await aws.put({ ...row, previousKey: { ...row.previousKey, since } });
  await tenants.reconcile(tenantId);
};

/** The key is made, and its store's answer is lost: no row names it. */
const cutOffTo =
  (to: 'aws-kms' | 'other'): Prepare =>
  async (store, tenantId) => {
    const making = to === 'aws-kms' ? /^CreateKeyCommand$/ : store.making;
    let isMade = false;
    const crash = () => {
      if (isMade) throw new Error('the process ended');
    };
    const after = (command: string) => {
      isMade ||= making?.test(command) === true;
      crash();
    };
    await moveTo(to)(store, tenantId, { before: crash, after }).catch(() => undefined);
    if (!isMade) throw new Error(`no request was ${making}`);
    await store.tenants.minutesPass(tenantId);
  };

/** The first looks after the change, the next after the key that is the previous one from then on. */
const reconcileTwice: Step['run'] = async ({ tenants }, tenantId, fault = {}) => {
  for (let run = 0; run < 2; run += 1) await tenants.reconcile(tenantId, { fault });
};

const moved = [toOther, settle];
const movedToKms = [toKms, settle];
const inOther = 'ACTIVE other usable, aws-kms usable';
const inKms = 'ACTIVE aws-kms usable, other usable';

type Row = readonly [
  name: string,
  begin: Step['begin'],
  before: readonly Prepare[],
  after: string,
  run: Step['run'],
  more?: Pick<Step, 'days' | 'orElse'>,
];
const rows: readonly Row[] = [
  ['kms-to-other', 'kms', [], inOther, toOther],
  ['other-to-kms', 'other', [], inKms, toKms],
  ['back', 'kms', moved, inKms, toKms],
  ['end-kms', 'kms', moved, 'ACTIVE other usable, aws-kms ending', end],
  ['end-other', 'other', movedToKms, 'ACTIVE aws-kms usable, other ending', end],
  ['restore-kms', 'kms', [...moved, end], inOther, restorePrevious],
  ['restore-other', 'other', [...movedToKms, end], inKms, restorePrevious],
  [
    'delete-other',
    'other',
    [...movedToKms, end, windowPasses],
    'ACTIVE aws-kms usable, 1 former',
    ({ tenants }, id, fault = {}) => tenants.reconcile(id, { fault, days: 8 }),
    { days: 8 },
  ],
  ['suspend-both', 'kms', moved, 'SUSPENDED other unusable, aws-kms unusable', go('suspend')],
  ['resume-both', 'kms', [...moved, go('suspend')], inOther, go('resume')],
  ['offboard-both', 'kms', moved, 'OFFBOARDING other ending, aws-kms ending', go('offboard')],
  ['offboarded-both-restored', 'kms', [...moved, go('offboard')], inOther, go('restore')],
  [
    'abandon-to-other-offboarded',
    'kms',
    [cutOffTo('other'), go('offboard')],
    'OFFBOARDING aws-kms ending, other ending',
    reconcileTwice,
    { orElse: 'OFFBOARDING aws-kms ending, other ending, lease' },
  ],
];

export const steps: readonly Step[] = rows.map(([name, begin, before, after, run, more]) => ({
  ...{ name, begin, before, after, run, ...more },
}));
