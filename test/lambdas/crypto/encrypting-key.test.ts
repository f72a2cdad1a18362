/**
 * The store of a tenant's key is changed, and changed back, at any moment; each function goes by whatever row it may have read.
 * What one encrypts every other opens, and a key whose end may be asked for encrypts nothing.
 */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { longestRegistryTtlSeconds } from '../../../contract/key-stores.ts';
import { pairedKeys } from '../../../lambdas/crypto/stored-key.ts';
import { unusedFrom } from '../../../lambdas/tenants/lifecycle/previous-key.ts';
import { turnedBack, turnedToNext } from '../../../lambdas/tenants/registry/other-keys.ts';
import type { RowChange } from '../../../lambdas/tenants/registry/registry.ts';
import { type TenantRow, tenantRow } from '../../../lambdas/tenants/registry/tenant-row.ts';
import { rowOf } from '../../harness/tenant-row.ts';
import { rawKeyring } from './raw-keyring.ts';

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['performance'] });
});
afterEach(() => {
  jest.useRealTimers();
});

const begin = Date.parse('2026-11-26T12:00:00.000Z');
const at = (second: number) => begin + second * 1000;
/** API Gateway gives up after 29 s. */
const longestRequestSeconds = 30;

interface Written {
  readonly second: number;
  readonly row: TenantRow;
}

/** @param back the seconds at which the change is turned back, and back again */
function rowsOf(back: readonly number[]): Written[] {
  const first = tenantRow.parse(rowOf({ keyStore: 'vault', keyName: 'one', keyArn: undefined }));
  const nextKey = { keyStore: 'vault', keyName: 'other', requestedAt: first.createdAt } as const;
  const rows: Written[] = [{ second: Number.NEGATIVE_INFINITY, row: first }];
  const write = (second: number, change: (row: TenantRow) => RowChange) => {
    jest.setSystemTime(at(second));
    const { row } = rows.at(-1) as Written;
    rows.push({ second, row: changed(row, change(row)) });
  };
  write(0, (row) => turnedToNext({ ...row, nextKey }));
  for (const second of back) write(second, turnedBack);
  return rows;
}

const changed = (row: TenantRow, change: RowChange): TenantRow =>
  tenantRow.parse(
    Object.fromEntries(
      Object.entries({ ...row, ...change }).filter(([, value]) => (value ?? null) !== null),
    ),
  );

/** @returns the rows that some function may go by then, if it relies on its read for so long */
const known = (rows: readonly Written[], second: number, seconds: number) =>
  rows.filter(({ second: from }, n) => {
    const until = rows[n + 1]?.second ?? Number.POSITIVE_INFINITY;
    return from <= second && until > second - seconds;
  });

async function keysOf({ row }: Written, second: number) {
  const keyOf = pairedKeys(
    async ({ keyName = '' }) => ({ keyring: rawKeyring(keyName) }),
    () => at(second),
  );
  const { keyring, other } = await keyOf(row);
  return { encrypts: keyring.keyName, opens: [keyring.keyName, other?.keyring.keyName] };
}

const turns = [
  [],
  [1],
  [30],
  [64],
  [65],
  [66],
  [110],
  [200],
  [30, 40],
  [30, 90],
  [30, 96],
  [66, 67],
  [66, 100],
  [66, 131],
  [10, 20, 30],
  [66, 100, 130],
];
test.each(turns.map((back) => [back]))('turned back at seconds %j', async (back) => {
  const rows = rowsOf(back);
  const end = 300;
  for (let second = -5; second < end; second += 1) {
    const now = known(rows, second, longestRegistryTtlSeconds);
    const keys = await Promise.all(now.map((one) => keysOf(one, second)));
    for (const { encrypts } of keys)
      for (const { opens } of keys) expect(opens).toContain(encrypts);

    const { previousKey } = rows.filter((one) => one.second <= second).at(-1)?.row ?? {};
    if (previousKey === undefined || at(second) < unusedFrom(previousKey)) continue;
    // A request that is older has ended by now.
    for (let begun = second - longestRequestSeconds + 1; begun <= second; begun += 1) {
      for (const one of known(rows, begun, longestRegistryTtlSeconds)) {
        expect((await keysOf(one, begun)).encrypts).not.toBe(previousKey.keyName);
      }
    }
  }
});
