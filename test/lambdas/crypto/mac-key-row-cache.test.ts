/** Reads of rows of mac keys that count for a moment. */
import { describe, expect, test } from '@jest/globals';
import {
  type MacKeyRow,
  type MacKeyRows,
  macKeyRowCache,
} from '../../../lambdas/crypto/mac-key-rows.ts';

const version = (number: number) => ({
  version: number,
  wrappedKey: new Uint8Array(40).fill(number),
  createdAt: '2026-01-31T12:00:00.000Z',
});

describe('reads of rows', () => {
  const row = (tenantId: string, revision = 1): MacKeyRow => ({
    tenantId,
    purpose: 'a',
    revision,
    versions: [version(1)],
  });
  const counted = (ttlMs = 5000) => {
    const state = { time: 0, reads: 0, row: row('acme') as MacKeyRow | undefined };
    const rows: MacKeyRows = {
      get: async () => {
        state.reads += 1;
        if (state.row === undefined) return undefined;
        return { ...state.row };
      },
      put: async () => true,
      list: async () => [],
      isFull: async () => false,
    };
    const cached = macKeyRowCache({ ttlMs, now: () => state.time });
    return { state, cached, rows };
  };

  test('count for a moment, and no longer', async () => {
    const { state, cached, rows } = counted();
    for (state.time = 0; state.time < 5000; state.time += 1000) await cached('acme', rows).get('a');
    expect(state.reads).toBe(1);
    await cached('acme', rows).get('a');
    expect(state.reads).toBe(2);
  });

  test('that must be fresh are, and count for those who come later', async () => {
    const { state, cached, rows } = counted();
    await cached('acme', rows).get('a');
    state.row = row('acme', 2);
    expect((await cached('acme', rows).get('a'))?.revision).toBe(1);
    expect((await cached('acme', rows).get('a', 'fresh'))?.revision).toBe(2);
    expect((await cached('acme', rows).get('a'))?.revision).toBe(2);
    expect(state.reads).toBe(2);
  });

  test('are forgotten by whoever writes', async () => {
    const { state, cached, rows } = counted();
    await cached('acme', rows).get('a');
    await cached('acme', rows).put('a', [version(1)], undefined);
    await cached('acme', rows).get('a');
    expect(state.reads).toBe(2);
  });

  test('that found nothing, or failed, do not count', async () => {
    const { state, cached, rows } = counted();
    state.row = undefined;
    for (const _ of [1, 2]) expect(await cached('acme', rows).get('a')).toBeUndefined();
    expect(state.reads).toBe(2);
    const failing = { ...rows, get: () => Promise.reject(new Error('down')) };
    await expect(cached('acme', failing).get('b')).rejects.toThrow('down');
    state.row = row('acme');
    expect(await cached('acme', rows).get('b')).toEqual(row('acme'));
  });

  test('of another tenant or purpose are others', async () => {
    const { state, cached, rows } = counted();
    await cached('acme', rows).get('a');
    await cached('globex', rows).get('a');
    await cached('acme', rows).get('a/b');
    expect(state.reads).toBe(3);
  });

  test('all ask where nothing is to be kept', async () => {
    const { state, cached, rows } = counted(0);
    for (const _ of [1, 2]) await cached('acme', rows).get('a');
    expect(state.reads).toBe(2);
  });
});
