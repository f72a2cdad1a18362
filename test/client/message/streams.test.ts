/** Files of any size: sealed and opened again, in chunks and frames of any length, by us and by the server's own code. */
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { UsageError } from '../../../client/errors.ts';
import { openStream } from '../../../client/message/open-stream.ts';
import { sealStream } from '../../../client/message/seal-stream.ts';
import { decryptMessage, encryptMessage } from '../../../lambdas/crypto/message/message-cipher.ts';
import { parseMessage } from '../../../lambdas/crypto/message/message-parser.ts';
import { keysInMemory } from '../key-store.ts';
import { messageKeys, open, seal, streamOf, through } from './harness.ts';

const keys = messageKeys();
const short = Buffer.from('7');
const context = { document: '7', ünicode: '\u{1F600}', '\uffee': 'x', '\u{10000}': 'y' };

describe('a message', () => {
  test('comes back as it was, whatever the frames and chunks', async () => {
    const chunks = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 1000 }),
        fc.integer({ min: 1, max: 400 }),
        chunks,
        chunks,
        async (plaintext, frameBytes, one, other) => {
          const message = await through(plaintext, sealStream(keys, { frameBytes, context }), one);
          const opened = await through(message, openStream(keys, { context }), other);
          expect(opened.equals(plaintext)).toBe(true);
        },
      ),
    );
  });

  test.each([0, 1, 255, 256, 257, 1024])('of %d bytes in frames of 256', async (length) => {
    const plaintext = randomBytes(length);
    const message = await seal(keys, plaintext, { frameBytes: 256 });
    expect((await open(keys, message)).equals(plaintext)).toBe(true);
  });

  test('is what the server reads, and the other way round', async () => {
    const store = keysInMemory();
    const wrappers = messageKeys('acme', store);
    const plaintext = randomBytes(1000);
    const message = parseMessage(await seal(wrappers, plaintext, { frameBytes: 64, context }));
    expect(message?.encryptionContext).toEqual({ ...context, TenantId: 'acme' });
    expect(message?.frames).toHaveLength(16);
    const wrapped = new Uint8Array(message?.wrappedDataKey.encryptedDataKey ?? []);
    const dataKey = await store.source.open(wrapped, context);
    expect(message && decryptMessage(dataKey, message).equals(plaintext)).toBe(true);

    const generated = await store.source.generate(context);
    const { EncryptedDataKey } = await import('@aws-crypto/material-management-node');
    const ofServer = encryptMessage(
      {
        plaintext: generated.plaintext,
        context: { ...context, TenantId: 'acme' },
        wrapped: new EncryptedDataKey({
          providerId: generated.keyProviderId,
          providerInfo: generated.keyName,
          encryptedDataKey: generated.wrapped,
        }),
      },
      plaintext,
    );
    expect((await open(wrappers, ofServer, { context })).equals(plaintext)).toBe(true);
  });

  test('of the same plaintext is another each time', async () => {
    const [one, other] = await Promise.all([seal(keys, short), seal(keys, short)]);
    expect(one.equals(other)).toBe(false);
    expect(one.length).toBe(other.length);
  });
});

describe('what is wrong with the options is said before anything is asked for', () => {
  test.each([0, -1, 1.5, Number.NaN, 9 * 1024 * 1024])('frames of %p bytes', (frameBytes) => {
    expect(() => sealStream(keys, { frameBytes })).toThrow(UsageError);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, 0, -1, 1.5])(
    'a bound of frames that is none: %p',
    (maxFrameBytes) => {
      expect(() => openStream(keys, { maxFrameBytes })).toThrow(UsageError);
    },
  );

  test('chunks of text are no bytes', async () => {
    const texts = new ReadableStream({ pull: (controller) => controller.enqueue('text') });
    const reader = texts.pipeThrough(sealStream(keys)).getReader();
    await reader.read();
    await expect(reader.read()).rejects.toThrow(UsageError);
  });
});

describe('streams', () => {
  const endless = () => {
    const state = { pulled: 0, cancelled: undefined as unknown };
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        state.pulled += 1;
        controller.enqueue(new Uint8Array(1024));
      },
      cancel(reason) {
        state.cancelled = reason;
      },
    });
    return { state, stream };
  };

  test('read no more than they give room for, however long the file', async () => {
    const { state, stream } = endless();
    const reader = stream.pipeThrough(sealStream(keys, { frameBytes: 1024 })).getReader();
    for (let read = 0; read < 3; read += 1) await reader.read();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(state.pulled).toBeLessThan(20);
    await reader.cancel('enough');
    expect(state.cancelled).toBe('enough');
  });

  test('tell who writes that the reader has gone, and who reads that the writer has failed', async () => {
    const failing = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error('the disk is gone')),
    });
    const reader = failing.pipeThrough(sealStream(keys)).getReader();
    await reader.read();
    await expect(reader.read()).rejects.toThrow('the disk is gone');
    const message = Buffer.concat([Buffer.from('no message'), Buffer.alloc(100_000)]);
    const { readable, writable } = openStream(keys);
    const writing = streamOf(message, [100]).pipeTo(writable);
    await expect(readable.getReader().read()).rejects.toThrow(/no message/);
    await expect(writing).rejects.toThrow(/no message/);
  });

  test('end with the reason of a signal', async () => {
    const controller = new AbortController();
    const { stream } = endless();
    const { signal } = controller;
    const reader = stream.pipeThrough(sealStream(keys, { signal, frameBytes: 64 })).getReader();
    await reader.read();
    controller.abort(new Error('the user has left'));
    const rest = async () => {
      while (!(await reader.read()).done);
    };
    await expect(rest()).rejects.toThrow('the user has left');
  });

  test('leave no data key in memory', async () => {
    const store = keysInMemory();
    const wrappers = messageKeys('acme', store);
    const message = await seal(wrappers, short);
    await open(wrappers, message);
    expect(store.plaintexts).toHaveLength(2);
    expect(store.plaintexts.every((key) => key.every((byte) => byte === 0))).toBe(true);
  });
});
