/**
 * A tenant with 1,000 messages is moved from AWS to Vault and back, by the job of docs/operations.md: rounds of 200 rows, any
 * of which may fail or be cut off. At every point all of them open, by a request that finds no data key in memory.
 */
import { afterEach, beforeAll, expect, test } from '@jest/globals';
import { clientOf } from '../client/harness.ts';
import {
  acme,
  changeKeyStore,
  endPreviousKey,
  keyNames,
  kmsCount,
  proxy,
  restorePreviousKey,
  type StoreName,
  settles,
  stack,
  storeCounts,
  useTwoStores,
} from './two-stores.ts';

useTwoStores({ dataKeyMaxAgeSeconds: 0, trail: false });

/** A row of the app's own table. */
interface Stored {
  readonly text: string;
  readonly context: Readonly<Record<string, string>>;
  ciphertext: Uint8Array;
}

/** 900 share contexts by tens, and 100 have a data key each. */
const contextOf = (n: number) =>
  n < 900 ? { customer: `${Math.floor(n / 10)}` } : { document: `${n}` };
const dataKeys = 190;
let rows: Stored[];

beforeAll(async () => {
  const items = Array.from({ length: 1000 }, (_, n) => ({
    plaintext: new Uint8Array(Buffer.from(`row ${n}`)),
    context: contextOf(n),
  }));
  const encrypted = await acme.encryptBatch(items);
  rows = items.map(({ plaintext, context }, at) => {
    const result = encrypted[at];
    if (result?.status !== 'fulfilled') throw result?.reason;
    return { text: Buffer.from(plaintext).toString(), context, ciphertext: result.value };
  });
}, 60_000);
afterEach(() => {
  proxy.break('none');
  stack.deployment.faults.clear();
});

async function expectAllOpen() {
  const opened = await acme.decryptBatch(rows);
  const texts = opened.map((one) =>
    one.status === 'fulfilled' ? Buffer.from(one.value).toString() : one.reason.code,
  );
  expect(texts).toEqual(rows.map(({ text }) => text));
}

const isUnder = (store: StoreName, { ciphertext }: Stored) =>
  Buffer.from(ciphertext).includes(keyNames[store]);
const left = (store: StoreName) => rows.filter((row) => !isUnder(store, row));

/** One round of the job. @param write `lost`: the job ends before it has written anything down */
async function round(to: StoreName, write: 'written' | 'lost' = 'written') {
  const part = left(to).slice(0, 200);
  const done = await impatient().reencryptBatch(part);
  if (write === 'lost') return;
  for (const [at, row] of part.entries()) {
    const one = done[at];
    if (one?.status !== 'fulfilled') throw one?.reason;
    row.ciphertext = one.value.ciphertext;
  }
}
const impatient = () => clientOf(stack, { maxAttempts: 1 }).tenant('acme');

test.each<[StoreName, StoreName]>([
  ['aws-kms', 'vault'],
  ['vault', 'aws-kms'],
])(
  'from %s to %s',
  async (from, to) => {
    await expectAllOpen();
    await changeKeyStore(to);
    await expectAllOpen();
    // Too early it does no harm: the rows are under the key before, again.
    await round(to);
    expect(left(to)).toHaveLength(1000);
    await expectAllOpen();

    await settles();
    await expectAllOpen();
    await round(to, 'lost');
    expect(left(to)).toHaveLength(1000);
    await expectAllOpen();
    await round(to);
    expect(left(to)).toHaveLength(800);
    await expectAllOpen();

    // The store that has the new key fails amid a round, and then the one that has the key before.
    for (const store of [to, from]) {
      const operation = store === to ? 'GenerateDataKey' : 'Decrypt';
      if (store === 'vault') proxy.break('reset', store === to ? 'datakey' : 'decrypt');
      else stack.deployment.faults.set([{ service: 'kms', operation, fault: 'throttle' }]);
      await expect(round(to)).rejects.toMatchObject({ status: 503 });
      proxy.break('none');
      stack.deployment.faults.clear();
      expect(left(to)).toHaveLength(800);
      await expectAllOpen();
    }

    for (let rounds = 4; rounds > 0; rounds -= 1) {
      await round(to);
      expect(left(to)).toHaveLength(200 * (rounds - 1));
      await expectAllOpen();
    }
    await endPreviousKey();
    await expectAllOpen();
    await restorePreviousKey();
  },
  120_000,
);

test('as a whole it costs a call for each data key at either store, and no login of its own', async () => {
  const moved = async () => {
    const done = await acme.reencryptBatch(rows);
    for (const [at, row] of rows.entries()) {
      const one = done[at];
      if (one?.status !== 'fulfilled') throw one?.reason;
      row.ciphertext = one.value.ciphertext;
    }
  };
  await changeKeyStore('vault');
  await settles();
  storeCounts();
  const atKms = kmsCount();
  await moved();
  expect(kmsCount() - atKms).toBe(dataKeys);
  expect(storeCounts()).toEqual({ 'datakey/plaintext/acme': dataKeys });

  await changeKeyStore('aws-kms');
  await settles();
  storeCounts();
  await moved();
  expect(kmsCount() - atKms).toBe(2 * dataKeys);
  expect(storeCounts()).toEqual({ 'decrypt/acme': dataKeys });
  await expectAllOpen();
}, 60_000);
