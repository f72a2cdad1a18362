/** Who may what in a store that the documented block has set up: the store itself decides, and says so. */
import { beforeAll, expect, test } from '@jest/globals';
import { expectDocumented } from '../harness/documented-refusals.ts';
import { broken, type Tried } from './attempts.ts';
import { store, useStore } from './harness.ts';
import { triedByProduct } from './product-attempts.ts';
import { tenants } from './store.ts';
import { triedByTenants, triedToLogIn } from './tenant-attempts.ts';

let all: readonly Tried[];

useStore();
beforeAll(async () => {
  const byTenants = await triedByTenants(store);
  const byOthers = await triedToLogIn(store);
  all = [...byTenants, ...byOthers, ...(await triedByProduct(store))];
});

test('the store refuses whatever is not allowed, and nothing else', () => {
  expect(broken(all)).toEqual([]);
});

test('each tenant was tried upon each other, by every operation', () => {
  const upon = all.filter((one) => one.upon === 'a neighbour');
  const operations = new Set(upon.map(({ name }) => name));
  expect(operations.size).toBeGreaterThan(20);
  expect(upon).toHaveLength(tenants.length * (tenants.length - 1) * operations.size);
});

test('docs/key-stores/vault.md has the refusals, and how often', () => {
  const documented = all.map((one) => ({ ...one, words: wordsOf(one) }));
  expectDocumented('docs/key-stores/vault.md', "the store's own", documented);
});

/** Vault counts the errors of a refusal first: "1 error occurred:", a line each. */
const wordsOf = ({ answer }: Tried): string =>
  answer.words.replace(/^1 error occurred:\n\t\* /, '').trim();
