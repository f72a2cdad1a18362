/**
 * Every step of a change of the key store, KMS to a real Vault and back, is cut off before and after each of its calls. At every
 * point all that was ever encrypted opens, until the end of its key was asked for; and then it must converge.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { TenantRow } from '../../lambdas/tenants/registry/tenant-row.ts';
import { openAws } from '../lambdas/tenants/aws.ts';
import { crashAt } from '../lambdas/tenants/crash.ts';
import {
  crashMatrix,
  prepare,
  reconciled,
} from '../lambdas/tenants/key-store-change/crash-points.ts';
import type { MovingStore } from '../lambdas/tenants/key-store-change/moving-store.ts';
import { stateOf, withSeveralKeys } from '../lambdas/tenants/key-store-change/state.ts';
import { go, type Prepare, type Step, steps } from '../lambdas/tenants/key-store-change/steps.ts';
import { bao, store, useStore } from './harness.ts';
import { keyringOf, sessionOf } from './tenant-session.ts';
import { vaultTenants } from './vault-tenants.ts';

useStore();
let vault: MovingStore;
beforeAll(async () => {
  const aws = await openAws();
  const tenants = await vaultTenants(aws, store);
  vault = {
    ...{ keyStore: 'vault', aws, tenants, leftOf },
    making: /^POST \S+\/keys\/[^/]+$/,
    keyringOf: ({ tenantId }) =>
      keyringOf(store, sessionOf(store, { address: bao.address }, tenantId), tenantId),
    // The window begins when the reconciler sees that the deletion was asked for.
    windowPasses: async (tenantId) => void (await tenants.reconcile(tenantId)),
  };
});
afterAll(() => vault?.aws.close());

async function leftOf(tenantId: string): Promise<string[]> {
  const { status } = await store.call(bao.rootToken, 'GET', `${store.transit}/keys/${tenantId}`);
  return status === 200 ? ['key'] : [];
}

test.each(steps.map((step) => [step.name, step] as const))(
  '%s, cut off anywhere: everything opens, and a retry and the reconciler lead to its end',
  async (name, step) => {
    const { calls, points, wrong } = await crashMatrix(vault, step);
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
    step: 'kms-to-other',
    stop: go('suspend'),
    legal: [
      'SUSPENDED aws-kms unusable',
      'SUSPENDED aws-kms unusable, vault unusable',
      'SUSPENDED vault unusable, aws-kms unusable',
    ],
  },
  {
    name: 'to-kms-offboarded',
    step: 'other-to-kms',
    stop: go('offboard'),
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
    await prepare(vault, step, whole);
    const count = crashAt(Number.POSITIVE_INFINITY, 'after');
    await step.run(vault, whole, count);
    const wrong: string[] = [];
    const seen = new Set<string>();
    for (let call = 1; call <= count.calls; call += 1) {
      for (const side of ['before', 'after'] as const) {
        const tenantId = `${name}-${side}-${call}`;
        await prepare(vault, step, tenantId);
        await step.run(vault, tenantId, crashAt(call, side)).catch(() => undefined);
        await vault.tenants.minutesPass(tenantId);
        await stop(vault, tenantId);
        await reconciled(vault, tenantId);
        const state = await stateOf(vault, tenantId);
        seen.add(state);
        if (!legal.includes(state)) wrong.push(`${tenantId}: ${state}`);
        // A key that no row has would be nobody's to end.
        const { keyStore, previousKey } = (await vault.tenants.row(tenantId)) as TenantRow;
        const isInVault = (await leftOf(tenantId)).length > 0;
        const isKnown = [keyStore, previousKey?.keyStore].includes('vault');
        if (isInVault !== isKnown)
          wrong.push(`${tenantId}: a key in vault: ${isInVault}, ${state}`);
      }
    }
    console.log(`${name}: ${count.calls * 2} points, ${wrong.length} wrong`);
    expect(wrong).toEqual([]);
    expect([...seen].sort()).toEqual([...legal].sort());
  },
  300_000,
);

test('none of them has more than one key in KMS', async () => {
  expect(await withSeveralKeys(vault.aws)).toEqual([]);
}, 120_000);
