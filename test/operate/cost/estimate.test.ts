/** The arithmetic of `npm run cost`, each item by hand for three sizes, and what holds for all. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { keyStoreNames } from '../../../contract/key-stores.ts';
import { readCoefficients } from '../../../operate/cost/coefficients.ts';
import { estimate, type Item, type Part } from '../../../operate/cost/estimate.ts';
import { type CostKeyStore, costKeyStores } from '../../../operate/cost/key-stores.ts';
import { prices } from '../../../operate/cost/prices.ts';
import { type CostSettings, settingsOf } from '../../../operate/cost/settings.ts';

const counted = readCoefficients();
const given = (tenants: number, requests: number, more: Partial<CostSettings> = {}) =>
  estimate(settingsOf({ tenants, requests, ...more }), counted);
const find = (items: readonly Item[], part: Part, what: string): Item | undefined =>
  items.find((item) => item.part === part && item.what === what);
const quantity = (items: readonly Item[], part: Part, what: string) =>
  find(items, part, what)?.quantity ?? 0;

describe.each([
  [10, 100_000],
  [1_000, 10_000_000],
  [100_000, 1_000_000_000],
])('%i tenants, %i requests a month', (tenants, requests) => {
  const { items, usd } = given(tenants, requests);
  const first = Math.min(requests, tenants * 30);
  const cold = Math.min(requests - first, requests / 10);
  const warm = requests - first - cold;

  test('a key of each tenant at $3, the product and the canary at nine, of which one has rotated', () => {
    expect(find(items, 'tenants', "tenants' keys")?.usd).toBe(3 * tenants);
    expect(find(items, 'stack', "the product's key and those of certificates")?.usd).toBe(5);
    expect(find(items, 'stack', "the canary's keys")?.usd).toBe(5);
  });

  test('the reconciler: 108 calls a tenant and day, at 100 a second, in the trail and in the audit', () => {
    const calls = tenants * (92 * 1 + 4 * 4) * 30;
    const of = (what: string) => quantity(items, 'tenants', what);
    expect(of("the reconciler's calls of KMS")).toBe(calls);
    expect(of("the reconciler's time")).toBeCloseTo((calls / 100) * 0.5, 6);
    const read = Math.ceil((tenants * counted.registryRowBytes) / 4096);
    const scans = 92 * counted.reconciler.glanceScans + 4 * counted.reconciler.thoroughScans;
    expect(of("the reconciler's reads of the registry")).toBe(read * scans * 30);
    const gigabytes = (calls * counted.reconciler.eventBytes) / 1e9;
    expect(of("these calls in the trail's log group")).toBeCloseTo(gigabytes, 9);
    expect(of('rows of the audit, and in the index of all events')).toBe(2 * calls);
    const kept = (calls * counted.auditRowBytes * 365) / 30 / 1e9;
    expect(of('these rows')).toBeCloseTo(2 * kept, 6);
    expect(of('these rows, to be recovered')).toBeCloseTo(kept, 6);
  });

  test('requests: a call of KMS for each without a data key, a row for each request and each call', () => {
    const of = (what: string) => quantity(items, 'requests', what);
    expect(of('requests')).toBe(requests);
    expect(of('calls of KMS')).toBe(first + cold);
    expect(of('reads of the registry')).toBe(requests);
    expect(of('invocations that the trail records')).toBe(2 * requests);
    const rows = warm + 2 * (first + cold);
    expect(of('rows of the audit, and in the index of all events')).toBe(2 * rows);
    expect(of('invocations')).toBe(requests + requests + rows + first);
    const crypto = (requests * 0.05 * 1769) / 1024;
    const beside = (requests + rows + first) * 0.02 * 0.5;
    expect(of("the functions' time")).toBeCloseTo(crypto + beside, 3);
  });

  test('the sums are those of the items, each its quantity at its price', () => {
    for (const item of items) {
      const { usd: price, per } = prices[item.price];
      expect(item.usd).toBeCloseTo((item.quantity / per) * price, 9);
    }
    const sum = items.reduce((total, item) => total + item.usd, 0);
    expect(usd.all).toBeCloseTo(sum, 6);
    expect(usd.stack + usd.tenants + usd.requests).toBeCloseTo(sum, 6);
  });
});

describe('a key', () => {
  const perKey = (ageDays: number, rotationPeriodInDays = 90) =>
    given(1, 0, { ageDays, rotationPeriodInDays }).items.find(
      ({ what }) => what === "tenants' keys",
    )?.usd;

  test.each([
    [0, 1],
    [89, 1],
    [90, 2],
    [179, 2],
    [180, 3],
    [3650, 3],
  ])('that is %i days old costs $%i a month at a rotation each 90 days', (ageDays, usd) => {
    expect(perKey(ageDays)).toBe(usd);
  });

  test('costs the same in the end at any period', () => {
    fc.assert(
      fc.property(fc.integer({ min: 90, max: 2560 }), (period) => {
        const steps = [0, period - 1, period, 2 * period - 1, 2 * period, 9 * period];
        expect(steps.map((age) => perKey(age, period))).toEqual([1, 1, 2, 2, 3, 3]);
      }),
    );
  });

  test('costs $63 in its first two years at 90 days, and $36 at 365', () => {
    const months = Array.from({ length: 24 }, (_, month) => Math.round((month * 365) / 12));
    const cost = (period: number) =>
      months.reduce((sum, age) => sum + (perKey(age + 1, period) ?? 0), 0);
    expect([cost(90), cost(365)]).toEqual([63, 36]);
  });
});

describe('in another key store', () => {
  const inStore = (keyStore: CostKeyStore, tenants = 1000, more: Partial<CostSettings> = {}) =>
    given(tenants, 10_000_000, { keyStore, ...more });
  const usdOf = (items: readonly Item[], what: string) =>
    items.filter((item) => item.what === what).reduce((sum, { usd }) => sum + usd, 0);

  test('stores are those of the contract', () => {
    expect([...costKeyStores].sort()).toEqual([...keyStoreNames].sort());
  });

  test.each([
    [1, 5],
    [250, 1250],
    [251, 1252.5],
    [1500, 4375],
    [1501, 4375.9],
    [4000, 6625],
    [4001, 6625.4],
    [100_000, 45_025],
  ])('%i keys in Azure are $%d', (tenants, usd) => {
    const { items } = inStore('azure-key-vault', tenants);
    expect(usdOf(items, "tenants' keys in Azure")).toBeCloseTo(usd, 6);
  });

  test('each version that is used counts as a key, and each rotation by the policy', () => {
    const { items } = inStore('azure-key-vault', 100, {
      keyVersions: 3,
      rotationPeriodInDays: 120,
    });
    expect(usdOf(items, "tenants' keys in Azure")).toBe(250 * 5 + 50 * 2.5);
    expect(usdOf(items, "these keys' rotations")).toBe(25);
  });

  test('Azure: 3 operations a run and tenant, 7 rows, and one for each data key', () => {
    const { items } = inStore('azure-key-vault');
    const runs = 1000 * 96 * 30;
    expect(quantity(items, 'tenants', "the reconciler's operations in Azure")).toBe(3 * runs);
    const rows = quantity(items, 'tenants', 'rows of the audit, and in the index of all events');
    expect(rows).toBe(2 * 7 * runs);
    expect(quantity(items, 'requests', 'operations in Azure')).toBe(1_030_000);
    expect(quantity(items, 'stack', "the own issuer's keys")).toBe(2);
  });

  test.each(costKeyStores.filter((name) => name !== 'aws-kms'))(
    '%s: no tenant has a key in KMS or a call of it, and an alarm more is there',
    (keyStore) => {
      const { items } = inStore(keyStore);
      const ofKms = items.filter(({ part, price }) => part !== 'stack' && /^(key|kms)/.test(price));
      expect(ofKms).toEqual([]);
      expect(quantity(items, 'stack', 'alarms')).toBe(counted.template.alarmMetrics + 1);
      const isAzures = items.some(({ price }) => price.startsWith('azure'));
      expect(isAzures).toBe(keyStore === 'azure-key-vault');
    },
  );

  test("in a tenant's own account nobody looks at the key, and the tenant pays for it", () => {
    const { items } = inStore('aws-kms-external');
    expect(items.filter(({ part }) => part === 'tenants').map(({ what }) => what)).toEqual([
      "isolation mode's environments",
      "the reconciler's reads of the registry",
    ]);
  });
});

describe('what is left out costs nothing', () => {
  const all = given(100, 1_000_000, { trail: 'second', webRules: 3 });
  const without = (more: Partial<CostSettings>) =>
    given(100, 1_000_000, { trail: 'second', webRules: 3, ...more }).items;
  const gone = (more: Partial<CostSettings>) => {
    const left = without(more);
    return all.items
      .filter(({ part, what }) => find(left, part, what) === undefined)
      .map(({ part, what }) => `${part}: ${what}`);
  };

  test('the canary', () => {
    const names = gone({ canary: false });
    expect(names).toEqual(
      expect.arrayContaining(["stack: the canary's keys", "stack: the canary's time"]),
    );
    expect(names.every((name) => name.startsWith('stack: '))).toBe(true);
  });

  test('the trail: also its events as rows of the audit, but not those of requests', () => {
    const names = gone({ trail: 'none' });
    expect(names).toContain('tenants: rows of the audit, and in the index of all events');
    expect(names).toContain('requests: invocations that the trail records');
    expect(names).not.toContain('requests: rows of the audit, and in the index of all events');
  });

  test('a second trail', () => {
    expect(gone({ trail: 'first' })).toEqual([
      'stack: these calls, in a second trail',
      'tenants: these calls, in a second trail',
      'requests: these calls, in a second trail',
    ]);
  });

  test('data events, isolation mode, the web ACL', () => {
    expect(gone({ functionEvents: false })).toEqual([
      'requests: invocations that the trail records',
      "requests: these in the trail's log group",
      "requests: these in the trail's log group, kept",
    ]);
    expect(gone({ tenantIsolation: false })).toEqual(["tenants: isolation mode's environments"]);
    expect(gone({ webRules: undefined })).toEqual([
      'stack: web ACL',
      "stack: the web ACL's rules",
      'requests: requests through the web ACL',
    ]);
  });
});

test('more of anything never costs less, and nothing is negative or not a number', () => {
  const settings = fc.record({
    tenants: fc.nat({ max: 1_000_000 }),
    requests: fc.nat({ max: 1_000_000_000 }),
    coldShare: fc.double({ min: 0, max: 1, noNaN: true }),
    milliseconds: fc.integer({ min: 1, max: 29_000 }),
    environments: fc.nat({ max: 10_000_000 }),
    ageDays: fc.nat({ max: 36_500 }),
    auditRetentionDays: fc.integer({ min: 1, max: 3650 }),
  });
  const names = ['tenants', 'requests', 'milliseconds', 'ageDays', 'auditRetentionDays'] as const;
  fc.assert(
    fc.property(settings, fc.constantFrom(...names), fc.nat({ max: 1000 }), (some, name, more) => {
      const { usd, items } = estimate(settingsOf(some), counted);
      for (const item of items) expect(item.usd).toBeGreaterThan(0);
      const other = estimate(settingsOf({ ...some, [name]: some[name] + more }), counted);
      expect(other.usd.all).toBeGreaterThanOrEqual(usd.all - 1e-6 * usd.all);
    }),
  );
});
