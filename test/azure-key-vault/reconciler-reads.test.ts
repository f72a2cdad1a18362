/** What a run of the reconciler asks Azure of a tenant with whom nothing is wrong: `npm run cost` counts on it. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { storeLineBytes, storeRuns } from '../../operate/cost/key-stores.ts';
import { type Product, startProduct } from './product.ts';

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.close());

test('of one who is ACTIVE: what the vault counts, and lines that become rows of the audit', async () => {
  const tenant = await product.onboard('acme');
  const reconciler = product.administration('reconciler');
  // Signs in.
  await reconciler.driftOf(tenant, 'Enabled');
  product.azure.log.records();
  const lines: string[] = [];
  jest.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  await reconciler.driftOf(tenant, 'Enabled');
  jest.restoreAllMocks();
  const ofVault = product.azure.log.records().map(({ operationName }) => operationName);
  expect(ofVault).toEqual(['KeyGet', 'KeyListVersions', 'KeyRotationPolicyGet']);
  const logged = lines.filter((line) => line.includes('"key store call"'));
  const { calls, rows } = storeRuns['azure-key-vault'];
  expect([ofVault.length, logged.length]).toEqual([calls, rows]);
  const bytes = logged.join('').length / logged.length;
  expect(Math.abs(bytes - storeLineBytes)).toBeLessThan(storeLineBytes / 10);
});
