/**
 * What can be done to a message on its way, and that all of it is found: and that whatever had been given out before was a
 * true beginning of the plaintext.
 */
import * as nodeCrypto from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MessageError } from '../../../client/errors.ts';
import { ChunkReader } from '../../../client/message/chunk-reader.ts';
import { type OpenOptions, openStream } from '../../../client/message/open-stream.ts';
import { importNodeCrypto } from '../../../client/node-aes-gcm.ts';
import { keysInMemory } from '../key-store.ts';
import { messageKeys, open, outcomeOf, seal, streamOf } from './harness.ts';

const store = keysInMemory();
const keys = messageKeys('acme', store);
const plaintext = nodeCrypto.randomBytes(300);
const frameBytes = 64;
const options = { frameBytes, context: { document: '7' } };
/** number, IV, content, tag */
const wholeFrame = 4 + 12 + frameBytes + 16;
let message: Buffer;
let headerBytes: number;
beforeAll(async () => {
  message = await seal(keys, plaintext, options);
  const lastFrame = 4 + 4 + 12 + 4 + (300 % frameBytes) + 16;
  headerBytes = message.length - 4 * wholeFrame - lastFrame;
});

/** Found, and nothing untrue given out, by either cipher alike. */
async function isFound(changed: Uint8Array, opening: OpenOptions = { context: options.context }) {
  const opened = streamOf(changed, [100]).pipeThrough(openStream(keys, opening));
  const reader = new ChunkReader(streamOf(changed, [100]).getReader());
  const asFile = openStream(keys, opening).output(reader, importNodeCrypto(nodeCrypto));
  const [outcome, ofFile] = await Promise.all([outcomeOf(opened), outcomeOf(asFile)]);
  for (const { bytes, error } of [outcome, ofFile]) {
    expect(error).toBeInstanceOf(MessageError);
    expect(bytes.equals(plaintext.subarray(0, bytes.length))).toBe(true);
    expect(bytes.length).toBeLessThan(plaintext.length);
  }
  expect(ofFile).toEqual(outcome);
  return outcome.error as MessageError;
}

const frame = (index: number) =>
  message.subarray(headerBytes + index * wholeFrame, headerBytes + (index + 1) * wholeFrame);
const [header, end] = [
  () => message.subarray(0, headerBytes),
  () => message.subarray(headerBytes + 4 * wholeFrame),
];

describe('a message', () => {
  test('that is cut off anywhere is found', async () => {
    for (let length = 0; length < message.length; length += 1) {
      await isFound(message.subarray(0, length));
    }
  });

  test('with a changed byte anywhere is found', async () => {
    for (let at = 0; at < message.length; at += 1) {
      const changed = Buffer.from(message);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      await isFound(changed);
    }
  });

  test('with bytes after it is found', async () => {
    const error = await isFound(Buffer.concat([message, Buffer.alloc(1)]));
    expect(error.message).toMatch(/follows the message/);
    await isFound(Buffer.concat([message, message]));
  });

  test('with its frames in any other order, doubled or left out, is found', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(3), { maxLength: 6 }), async (order) => {
        fc.pre(order.join() !== '0,1,2,3');
        await isFound(Buffer.concat([header(), ...order.map(frame), end()]));
      }),
    );
  });

  test('that ends with a frame that was not the last is found', async () => {
    const number = Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 2]);
    const length = Buffer.from([0, 0, 0, frameBytes]);
    const asFinal = [number, frame(1).subarray(4, 16), length, frame(1).subarray(16)];
    await isFound(Buffer.concat([header(), frame(0), ...asFinal]));
  });

  test('with a frame of another message, even of the same data key, is found', async () => {
    const dataKey = await store.source.generate(options.context);
    const same = {
      ...keys,
      dataKeys: {
        ...keys.dataKeys,
        generate: async () => ({ ...dataKey, plaintext: dataKey.plaintext.slice() }),
      },
    };
    const [one, other] = await Promise.all([
      seal(same, plaintext, options),
      seal(same, plaintext, options),
    ]);
    const swapped = Buffer.from(one);
    other.copy(swapped, headerBytes, headerBytes, headerBytes + wholeFrame);
    await isFound(swapped);
    const headless = Buffer.concat([one.subarray(0, headerBytes), other.subarray(headerBytes)]);
    await isFound(headless);
  });

  test('of another tenant is found before anything is asked for', async () => {
    const opened = store.opened;
    const neighbour = messageKeys('globex', store);
    await expect(open(neighbour, message, { context: options.context })).rejects.toThrow(
      MessageError,
    );
    expect(store.opened).toBe(opened);
  });

  test.each<[string, OpenOptions]>([
    ['no context', {}],
    ['another value', { context: { document: '8' } }],
    ['another name', { context: { page: '7' } }],
    ['one more', { context: { document: '7', page: '1' } }],
  ])('opened with %s is refused before anything is asked for', async (_, opening) => {
    const opened = store.opened;
    await isFound(message, opening);
    expect(store.opened).toBe(opened);
  });

  test('whose data key is of another key store is refused', async () => {
    await expect(open(messageKeys(), message, { context: options.context })).rejects.toThrow(
      MessageError,
    );
  });

  test('whose frames are too long to be read is refused before memory is taken', async () => {
    const changed = Buffer.from(message);
    changed.writeUInt32BE(0xfffffffe, headerBytes - 16 - 32 - 4);
    await isFound(changed);
    const error = await isFound(message, { context: options.context, maxFrameBytes: 63 });
    expect(error.message).toMatch(/maxFrameBytes/);
  });
});

test('an unsigned message with the public key of a signed one has a context that nobody asked for', async () => {
  const context = { 'aws-crypto-public-key': 'x' };
  const sealed = await seal(keys, plaintext, { context });
  await isFound(sealed, {});
  expect((await open(keys, sealed, { context })).equals(plaintext)).toBe(true);
});

describe('bytes that are no message', () => {
  test.each([
    ['none', Buffer.alloc(0)],
    ['of version 1', Buffer.from([1, 0x80, ...Buffer.alloc(100)])],
    ['of a suite without commitment', Buffer.from([2, 0x01, 0x78, ...Buffer.alloc(100)])],
    ['of direct mode', Buffer.from([1, 2, 2, 0, ...Buffer.alloc(180)])],
    ['zeros', Buffer.alloc(1000)],
  ])('%s', async (_, bytes) => {
    await isFound(bytes);
  });

  test('of any kind are refused as messages, and by nothing else', async () => {
    const start = fc.constantFrom([], [2, 4, 0x78], [2, 5, 0x78]);
    await fc.assert(
      fc.asyncProperty(start, fc.uint8Array({ maxLength: 400 }), async (first, rest) => {
        await isFound(Uint8Array.of(...first, ...rest));
      }),
    );
  });

  test('that begin a header which does not end are refused', async () => {
    const header = Buffer.concat([
      Buffer.from([2, 4, 0x78]),
      Buffer.alloc(32),
      Buffer.from([0, 0, 0, 1, 0xff, 0xff]),
      Buffer.alloc(65535),
      Buffer.from([0xff, 0xff]),
      Buffer.alloc(65535),
      Buffer.from([0xff, 0xff]),
      Buffer.alloc(65535),
    ]);
    await isFound(header);
  });
});
