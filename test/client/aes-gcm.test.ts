/** The two ciphers of AES-256-GCM are one, and refuse the same. */
import * as nodeCrypto from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { importWebCrypto } from '../../client/aes-gcm.ts';
import { importNodeCrypto as importer } from '../../client/node-aes-gcm.ts';

const importNodeCrypto = importer(nodeCrypto);

const bytes = (constraints: fc.IntArrayConstraints) =>
  fc.uint8Array(constraints).map((content) => new Uint8Array(content));
const exactly = (length: number) => bytes({ minLength: length, maxLength: length });
const inputs = [
  exactly(32),
  exactly(12),
  bytes({ maxLength: 100 }),
  bytes({ maxLength: 300 }),
] as const;

describe('AES-256-GCM by node:crypto', () => {
  test('gives what WebCrypto gives, and opens it', async () => {
    await fc.assert(
      fc.asyncProperty(...inputs, async (raw, iv, additionalData, content) => {
        const [one, other] = [await importNodeCrypto(raw), await importWebCrypto(raw)];
        raw.fill(0);
        const encrypted = Buffer.concat(await one.encrypt(iv, additionalData, content));
        const expected = Buffer.concat(await other.encrypt(iv, additionalData, content));
        expect(encrypted.equals(expected)).toBe(true);
        const opened = await one.decrypt(iv, additionalData, new Uint8Array(encrypted));
        expect(Object.getPrototypeOf(opened)).toBe(Uint8Array.prototype);
        expect(Buffer.from(opened).equals(content)).toBe(true);
      }),
    );
  });

  test('gives nothing of what was changed anywhere', async () => {
    const which = fc.constantFrom(0, 1, 2);
    await fc.assert(
      fc.asyncProperty(
        ...inputs,
        which,
        fc.nat(),
        async (raw, iv, additionalData, content, part, at) => {
          const key = await importNodeCrypto(raw);
          const encrypted = new Uint8Array(
            Buffer.concat(await key.encrypt(iv, additionalData, content)),
          );
          const given = [iv, additionalData, encrypted] as const;
          const changed = given[part] ?? encrypted;
          fc.pre(changed.length > 0);
          changed[at % changed.length] = (changed[at % changed.length] ?? 0) ^ (1 << (at % 8));
          await expect(key.decrypt(...given)).rejects.toThrow();
        },
      ),
    );
  });

  test.each([0, 1, 15])('takes no %d bytes for a content with its tag', async (length) => {
    const key = await importNodeCrypto(new Uint8Array(32));
    const [iv, nothing] = [new Uint8Array(12), new Uint8Array(0)];
    await expect(key.decrypt(iv, nothing, new Uint8Array(length))).rejects.toThrow();
  });

  test.each([4, 8, 12, 13, 14, 15])('takes no tag of %d bytes', async (tagBytes) => {
    const key = await importNodeCrypto(new Uint8Array(32));
    const iv = new Uint8Array(12);
    const nothing = new Uint8Array(0);
    const [, tag = nothing] = await key.encrypt(iv, nothing, nothing);
    const short = new Uint8Array(tag.subarray(0, tagBytes));
    await expect(key.decrypt(iv, nothing, short)).rejects.toThrow();
  });
});
