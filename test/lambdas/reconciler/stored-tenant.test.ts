/** Tenants whose keys are in another store, and a store that is down: what it costs the others. */
import { expect, test } from '@jest/globals';
import { keyStoreUnavailable } from '../../../contract/problem.ts';
import type {
  KeyAdministration,
  KeyStoreAdministration,
} from '../../../lambdas/key-stores/key-administration.ts';
import type { ReconcilerContext } from '../../../lambdas/reconciler/context.ts';
import type { Finding } from '../../../lambdas/reconciler/findings.ts';
import { repairStoredTenant } from '../../../lambdas/reconciler/stored-tenant.ts';
import { type TenantRow, tenantRow } from '../../../lambdas/tenants/registry/tenant-row.ts';
import { rowOf } from '../../harness/tenant-row.ts';

const row = (tenantId: string, change = {}) => {
  const named = { tenantId, keyStore: 'vault', keyName: `x/${tenantId}` };
  const { keyArn: _, ...rest } = rowOf({ ...named, ...change });
  return tenantRow.parse(rest);
};

/**
 * @param ask what is asked of the store first, whatever that is
 * @param change of the rows
 */
async function reconciled(count: number, ask: (tenantId: string) => Promise<[]>, change = {}) {
  const found: Finding[] = [];
  const store: Partial<KeyStoreAdministration> = {
    driftOf: ({ tenantId }) => ask(tenantId),
    findKey: async ({ tenantId }) => {
      await ask(tenantId);
      return undefined;
    },
    async destroy({ tenantId }) {
      await ask(tenantId);
    },
    keyOf: ({ tenantId }) =>
      ({
        requireOwn: async () => {
          await ask(tenantId);
        },
        isUnseenBy: () => false,
      }) as Partial<KeyAdministration> as KeyAdministration,
  };
  const context = {
    keyStores: async () => store,
    storeFailures: { tenants: new Map(), attempts: 0 },
    findings: { add: (finding: Finding) => found.push(finding) },
    registry: { change: async (held: TenantRow, changed: object) => ({ ...held, ...changed }) },
    holder: 'reconciler',
    end: Date.now() + 900_000,
    now: Date.now,
  } as unknown as ReconcilerContext;
  for (let number = 0; number < count; number += 1)
    await repairStoredTenant(context, row(`t-${number}`, change));
  const findings = found.map(({ tenantId, kind, outcome }) => `${tenantId} ${kind} ${outcome}`);
  return { findings, details: found.map(({ detail }) => detail).join() };
}

const all = (count: number) =>
  Array.from({ length: count }, (_, number) => `t-${number} key-unreadable failed`);

test('a store that is down is a finding of each of its tenants, and is asked for three', async () => {
  let asked = 0;
  const { findings } = await reconciled(10, async () => {
    asked += 1;
    throw keyStoreUnavailable('vault');
  });
  expect([findings, asked]).toEqual([all(10), 3]);
});

const offboarding = {
  windowInDays: 30,
  requestedBy: 'somebody',
  requestedAt: '2026-01-01T00:00:00.000Z',
  keyMaterialIds: ['v1'],
  deletionDate: '2026-01-31T00:00:00.000Z',
};

test.each([
  ['a step was cut off', 'unfinished-step', { status: 'SUSPENDED', intent: 'suspend' }],
  ['the window is over', 'key-erased', { status: 'OFFBOARDING', offboarding }],
  ['the onboarding was cut off', 'unfinished-onboarding', { status: 'PROVISIONING' }],
  [
    'the onboarding was cut off before it had a key',
    'unfinished-onboarding',
    { status: 'PROVISIONING', keyName: undefined },
  ],
])('one that is down is asked for three tenants also where %s', async (_, kind, change) => {
  let asked = 0;
  const down = async () => {
    asked += 1;
    throw keyStoreUnavailable('vault');
  };
  const { findings } = await reconciled(5, down, change);
  expect(asked).toBe(3);
  expect(findings).toEqual([
    ...['t-0', 't-1', 't-2'].map((tenantId) => `${tenantId} ${kind} failed`),
    't-3 key-unreadable failed',
    't-4 key-unreadable failed',
  ]);
});

test('one that answers again in between is asked for all', async () => {
  let asked = 0;
  await reconciled(10, async () => {
    asked += 1;
    if (asked % 3 === 0) return [];
    throw keyStoreUnavailable('vault');
  });
  expect(asked).toBe(10);
});

test('what fails for one tenant alone stops no other, and its words stay here', async () => {
  const { findings, details } = await reconciled(4, async (tenantId) => {
    if (tenantId === 't-1') throw new Error('with a row in its words');
    return [];
  });
  expect(findings).toEqual(['t-1 key-unreadable failed']);
  expect(details).toBe('Error');
});
