/** Parts come into the file whole and in order, however little the disk takes at a time; and a full one is an error. */
import { type FileHandle, open } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { writeAll } from '../../../client/node/file-writer.ts';

async function* partsOf(lengths: readonly number[]) {
  for (const [index, length] of lengths.entries()) yield new Uint8Array(length).fill(index + 1);
}

/** @returns a copy of the first bytes of all parts together, at most that many */
function firstBytes(parts: readonly Uint8Array[], most: number) {
  const first: Uint8Array[] = [];
  let left = most;
  for (const part of parts) {
    if (left === 0) break;
    first.push(part.subarray(0, left));
    left -= first.at(-1)?.length ?? 0;
  }
  return Buffer.concat(first);
}

test('parts are written whole and in order by a disk that takes a few bytes at a time', async () => {
  const lengths = fc.array(fc.oneof(fc.nat(20), fc.integer({ min: 250_000, max: 600_000 })), {
    maxLength: 8,
  });
  // The last one is large, so that a whole round of takes ends most of a part.
  const takes = fc
    .tuple(
      fc.array(fc.integer({ min: 1, max: 700_000 }), { maxLength: 4 }),
      fc.integer({ min: 50_000, max: 700_000 }),
    )
    .map(([some, last]) => [...some, last]);
  await fc.assert(
    fc.asyncProperty(lengths, takes, async (some, most) => {
      const written: Buffer[] = [];
      const writev = async (parts: readonly Uint8Array[]) => {
        const taken = most[written.length % most.length] ?? 1;
        await new Promise((resolve) => setImmediate(resolve));
        const bytes = firstBytes(parts, taken);
        written.push(bytes);
        return { bytesWritten: bytes.length, buffers: parts };
      };
      await writeAll({ writev } as unknown as FileHandle, partsOf(some));
      const expected = some.map((length, index) => Buffer.alloc(length, index + 1));
      expect(Buffer.concat(written).equals(Buffer.concat(expected))).toBe(true);
    }),
  );
});

test('a full disk is an error, in whatever write it comes', async () => {
  for (const lengths of [[1], [600_000, 1], [600_000, 600_000, 600_000]]) {
    const full = await open('/dev/full', 'w');
    try {
      await expect(writeAll(full, partsOf(lengths))).rejects.toThrow(/ENOSPC/);
    } finally {
      await full.close();
    }
  }
});
