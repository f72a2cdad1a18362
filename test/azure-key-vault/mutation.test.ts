/** An Azure that was set up with a hole is noticed: an attempt that finds nothing anywhere would be none. */
import { expect, test } from '@jest/globals';
import { broken, type Tried } from './attempts.ts';
import { setupBlock } from './documented-setup.ts';
import { newKeyPair } from './double/kept-keys.ts';
import { blockMutations, type Mutation, tenantMutations } from './mutations.ts';
import { type Product, startProduct } from './product.ts';
import { triedByProduct } from './product-attempts.ts';
import { onboardAll, type Session, triedByTenants, triedToSignIn } from './tenant-attempts.ts';

/** Each tenant's and each function's own, and the same in each test. */
const pairs = Array.from({ length: 12 }, () => newKeyPair(2048));

async function withProduct<T>(
  block: string | undefined,
  run: (product: Product, sessions: readonly [Session, Session, ...Session[]]) => Promise<T>,
): Promise<T> {
  let next = 0;
  const keyPairs = () => pairs[next++] ?? newKeyPair(2048);
  const product = await startProduct({ keyPairs }, block);
  try {
    return await run(product, (await onboardAll(product)) as [Session, Session]);
  } finally {
    product.close();
  }
}

/** Only by whom the mutation is noticed. */
async function holesOf(
  product: Product,
  sessions: readonly Session[],
  { noticed }: Mutation,
): Promise<string[]> {
  const by = /^\^([\w-]+)/.exec(noticed.source)?.[1] ?? '';
  const tries: Readonly<Record<string, () => Promise<readonly Tried[]>>> = {
    a: () => triedByTenants(product, sessions),
    another: () => triedToSignIn(product, sessions),
  };
  const tried = await (tries[by] ?? (() => triedByProduct(product, sessions)))();
  return broken(tried).filter((one) => noticed.test(one));
}

test.each(blockMutations.map((mutation) => [mutation.name, mutation] as const))(
  'a hole in the block is noticed: %s',
  async (_, mutation) => {
    const [from, to] = mutation.change;
    const block = setupBlock();
    expect(block).toContain(from);
    await withProduct(block.replaceAll(from, to), async (product, sessions) => {
      expect(await holesOf(product, sessions, mutation)).not.toEqual([]);
    });
  },
);

test.each(tenantMutations.map((mutation) => [mutation.name, mutation] as const))(
  'a hole beside a tenant is noticed, and found by the reconciler where it can: %s',
  async (_, mutation) => {
    await withProduct(undefined, async (product, sessions) => {
      mutation.loosen(product, sessions[0], sessions[1]);
      const found: string[] = [];
      for (const { tenantId, row } of sessions) {
        const drift = await product.administration('reconciler').driftOf(row, 'Enabled');
        if (drift.some(({ kind }) => kind === 'key-policy')) found.push(tenantId);
      }
      expect(found).toEqual(mutation.found);
      expect(await holesOf(product, sessions, mutation)).not.toEqual([]);
    });
  },
);
