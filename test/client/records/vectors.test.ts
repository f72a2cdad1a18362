/** docs/record-format.md, its vectors, the client and a second implementation say the same. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { DataKeySource } from '../../../client/data-key-source.ts';
import { RecordError } from '../../../client/errors.ts';
import { parsePath, sortedPaths, valueAt, withValues } from '../../../client/records/paths.ts';
import { type KeyScope, parseHeader } from '../../../client/records/record-header.ts';
import { record, sourcesInMemory } from './harness.ts';
import { type Binding, open, seal } from './independent.ts';

interface Vector {
  readonly name: string;
  readonly record: Binding;
  readonly dataKeyScope: KeyScope;
  readonly dataKey: string;
  readonly wrappedDataKey: string;
  readonly salt: string;
  readonly paths: readonly string[];
  readonly item: Readonly<Record<string, unknown>>;
  readonly sealed: Readonly<Record<string, unknown>>;
}

const file = join(import.meta.dirname, 'vectors.json');
const { vectors, failures } = JSON.parse(readFileSync(file, 'utf8')) as Record<
  'vectors' | 'failures',
  Vector[]
>;

const bytes = (base64: string) => Buffer.from(base64, 'base64');

/** The one data key of a vector, for its wrapped form alone. */
function sourceOf({ dataKey, wrappedDataKey }: Vector): DataKeySource {
  return {
    generate: async () => ({
      keyProviderId: 'aws-kms',
      keyName: 'arn',
      wrapped: new Uint8Array(bytes(wrappedDataKey)),
      plaintext: new Uint8Array(bytes(dataKey)),
    }),
    open: async (wrapped) => {
      expect(bytes(wrappedDataKey).equals(wrapped)).toBe(true);
      return new Uint8Array(bytes(dataKey));
    },
  };
}

const recordOf = (vector: Vector) => {
  const { tenantId, ...binding } = vector.record;
  const keys = { source: sourceOf(vector), contexts: [], plaintexts: [], generated: 0, opened: 0 };
  return record(sourcesInMemory({ tenantId, keys }), {
    ...binding,
    encoding: 'text',
    dataKey: vector.dataKeyScope ?? 'shared',
  });
};

/** Bytes have no JSON of their own: `{"base64": "..."}` stands for them in the vectors. */
const withBytes = (item: Vector['item']): Record<string, unknown> =>
  JSON.parse(JSON.stringify(item), (_, value) =>
    typeof value?.base64 === 'string' ? new Uint8Array(bytes(value.base64)) : value,
  );

const fieldsOf = ({ paths, item }: Vector) =>
  paths.map((path) => {
    const value = valueAt(withBytes(item), parsePath(path));
    const isBytes = value instanceof Uint8Array;
    const content = isBytes ? Buffer.from(value) : Buffer.from(JSON.stringify(value));
    return [path, Buffer.concat([Buffer.from([isBytes ? 2 : 1]), content])] as const;
  });

describe.each(vectors)('$name', (vector) => {
  test('is opened by the client', async () => {
    expect(await recordOf(vector).open(vector.sealed)).toEqual(withBytes(vector.item));
  });

  test('is sealed by the second implementation to the same bytes', () => {
    const { dataKey, wrappedDataKey, salt, dataKeyScope } = vector;
    const scope = dataKeyScope === 'shared' ? 1 : 2;
    const sealing = {
      dataKey: bytes(dataKey),
      wrappedDataKey: bytes(wrappedDataKey),
      salt: bytes(salt),
      scope,
    };
    const { header, ciphertexts } = seal(sealing, vector.record, fieldsOf(vector));
    expect(header.toString('base64')).toBe(vector.sealed.$sealed);
    vector.paths.forEach((path, index) => {
      expect(ciphertexts[index]?.toString('base64')).toBe(valueAt(vector.sealed, parsePath(path)));
    });
  });

  test('is opened by the second implementation as the client seals it', async () => {
    const paths = vector.paths.length === 0 ? ['missing?'] : vector.paths;
    const sealed = await recordOf(vector).seal(withBytes(vector.item), paths);
    const ciphertexts = vector.paths.map(
      (path) => [path, bytes(valueAt(sealed, parsePath(path)) as string)] as const,
    );
    const header = bytes(sealed.$sealed as string);
    expect(open(bytes(vector.dataKey), vector.record, header, new Map(ciphertexts))).toEqual(
      fieldsOf(vector),
    );
  });
});

test.each(failures)('refused: $name', async (vector) => {
  await expect(recordOf(vector).open(vector.sealed)).rejects.toThrow(RecordError);
});

test('each vector and failure has a name of its own', () => {
  const names = [...vectors, ...failures].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(failures.length).toBeGreaterThan(20);
});

test('a header of any bytes is parsed or refused, and never anything else', () => {
  const start = Uint8Array.of(1, 1, 1);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), fc.boolean(), (rest, hasStart) => {
      try {
        parseHeader(hasStart ? Uint8Array.of(...start, ...rest) : rest);
      } catch (error) {
        expect(error).toBeInstanceOf(RecordError);
      }
    }),
  );
});

test('any paths are in the order of their bytes, and lead where they say', () => {
  const name = fc
    .string({ minLength: 1, unit: 'binary' })
    .filter((text) => text !== '__proto__' && !/\p{Surrogate}/u.test(text));
  fc.assert(
    fc.property(fc.uniqueArray(name, { maxLength: 8 }), (names) => {
      const paths = names.map((one) => one.replace(/[.\\?]/gu, '\\$&'));
      const sorted = sortedPaths(paths);
      expect(sorted).toEqual(
        [...paths].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
      );
      const item = Object.fromEntries(names.map((one) => [one, { x: one }]));
      const values = new Map(paths.map((path) => [parsePath(`${path}.x`), path]));
      const copy = withValues(item, values);
      for (const path of paths) expect(valueAt(copy, parsePath(`${path}.x`))).toBe(path);
      for (const one of names) expect(item[one]).toEqual({ x: one });
    }),
  );
});
