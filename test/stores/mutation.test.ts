/** A store that was set up with a hole is noticed: an attempt that finds nothing anywhere would be none. */
import { expect, test } from '@jest/globals';
import { broken } from './attempts.ts';
import { bao, issuer, useBao } from './harness.ts';
import { triedByProduct } from './product-attempts.ts';
import { controlPlaneMutations, otherMutations, pinMutations } from './product-mutations.ts';
import { openStore } from './store.ts';
import { triedByTenants, triedToLogIn } from './tenant-attempts.ts';
import { tenantPolicyMutations, tenantRoleMutations } from './tenant-mutations.ts';

const mutations = [
  ...tenantPolicyMutations,
  ...tenantRoleMutations,
  ...pinMutations,
  ...controlPlaneMutations,
  ...otherMutations,
];

useBao();

test.concurrent.each(['second-stack', 'team/third.stack_3'])(
  'a store without a hole breaks nothing, whatever its mounts are called: %s',
  async (name) => {
    expect(await holesOf({ name })).toEqual([]);
  },
);

test.concurrent.each(
  mutations.map((mutation, index) => [mutation.name, `hole-${index}`, mutation] as const),
)('a hole is noticed: %s', async (_, name, { noticed, ...hole }) => {
  const holes = await holesOf({ ...hole, name });
  expect(holes.filter((one) => noticed.test(one))).not.toEqual([]);
});

async function holesOf(options: Parameters<typeof openStore>[2]): Promise<string[]> {
  const store = await openStore(bao, issuer, options);
  const byTenants = await triedByTenants(store);
  const byOthers = await triedToLogIn(store);
  return broken([...byTenants, ...byOthers, ...(await triedByProduct(store))]);
}
