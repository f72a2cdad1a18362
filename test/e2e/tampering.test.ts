/** Every single-bit flip and every truncation of a message gives one answer and no plaintext. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { uniformBody } from './problem.ts';
import { startTestStack, type TestStack } from './test-stack.ts';

const plaintext = Buffer.from('p'.repeat(100));
let stack: TestStack;
let message: Buffer;
let token: string;
beforeAll(async () => {
  stack = await startTestStack();
  await stack.client.onboard('acme');
  message = Buffer.from(await stack.client.encrypt('acme', plaintext), 'base64');
  token = await stack.client.tenantToken('acme');
});
afterAll(() => stack.close());

async function decrypt(ciphertext: Buffer): Promise<string> {
  const body = { ciphertext: ciphertext.toString('base64') };
  const answer = await stack.client.send('POST', '/tenants/acme/decrypt', { token, body });
  expect(answer.headers['content-type']).toMatch(/json/);
  return JSON.stringify([answer.status, uniformBody(answer.json)]);
}

/** @returns the distinct answers to all of the messages */
async function answers(messages: Iterable<Buffer>): Promise<Set<string>> {
  const distinct = new Set<string>();
  const queue = [...messages];
  const work = async () => {
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      distinct.add(await decrypt(next));
    }
  };
  await Promise.all(Array.from({ length: 16 }, work));
  return distinct;
}

const expectOneRefusal = (distinct: Set<string>) => {
  expect(distinct.size).toBe(1);
  const [only] = [...distinct].map((text) => JSON.parse(text));
  expect(only[0]).toBe(400);
  expect(only[1].code).toBe('decryption-failed');
};

test('the message itself opens', async () => {
  expect(await decrypt(message)).toContain(plaintext.toString('base64'));
});

test('every single-bit flip', async () => {
  const flipped = Array.from({ length: message.length * 8 }, (_, bit) => {
    const copy = Buffer.from(message);
    copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7));
    return copy;
  });
  expectOneRefusal(await answers(flipped));
}, 120_000);

test('every truncation, and bytes after the end', async () => {
  const cut = Array.from({ length: message.length }, (_, length) => message.subarray(0, length));
  const longer = [1, 16].map((count) => Buffer.concat([message, Buffer.alloc(count)]));
  expectOneRefusal(await answers([...cut, ...longer, Buffer.concat([message, message])]));
}, 120_000);
