/** Who may what in an Azure that the documented block has set up: Entra and the role assignments decide, in the double. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { expectDocumented } from '../harness/documented-refusals.ts';
import { broken, type Tried } from './attempts.ts';
import { type Product, startProduct } from './product.ts';
import { triedByProduct } from './product-attempts.ts';
import { onboardAll, tenants, triedByTenants, triedToSignIn } from './tenant-attempts.ts';

let product: Product;
let all: readonly Tried[];

beforeAll(async () => {
  product = await startProduct();
  const sessions = await onboardAll(product);
  const byTenants = await triedByTenants(product, sessions);
  const byOthers = await triedToSignIn(product, sessions);
  all = [...byTenants, ...byOthers, ...(await triedByProduct(product, sessions))];
});
afterAll(() => product.close());

test('Azure refuses whatever is not allowed, and nothing else', () => {
  expect(broken(all)).toEqual([]);
});

test('each tenant was tried upon each other, by every operation', () => {
  const upon = all.filter((one) => one.upon === 'a neighbour');
  const operations = new Set(upon.map(({ name }) => name));
  expect(operations.size).toBeGreaterThan(30);
  expect(upon).toHaveLength(tenants.length * (tenants.length - 1) * operations.size);
});

test('docs/key-stores/azure-key-vault.md has the refusals, and how often', () => {
  const documented = all.map((one) => ({ ...one, words: one.answer.words }));
  expectDocumented('docs/key-stores/azure-key-vault.md', "the double's", documented);
});
