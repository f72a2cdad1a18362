/**
 * The smallest, the largest, one more, and JSON that two parsers would read differently: docs/api.md's answer to
 * each, never a 500, and nothing is asked of AWS for what is refused.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Send } from './client.ts';
import { expectProblem } from './problem.ts';
import { startTestStack, type TestStack } from './test-stack.ts';

const largestPlaintext = 4_194_304;
const largestCiphertext = 4_341_760;
const largestBody = 5_920_088;
const octets = 'application/octet-stream';

let stack: TestStack;
let token: string;
beforeAll(async () => {
  stack = await startTestStack();
  await stack.client.onboard('acme');
  token = await stack.client.tenantToken('acme');
});
afterAll(() => stack.close());

const send = (operation: string, options: Send) =>
  stack.client.send('POST', `/tenants/acme/${operation}`, { token, ...options });
const post = (operation: string, body: Send['body']) => send(operation, { body: body ?? '' });
const base64 = (bytes: Buffer) => bytes.toString('base64');

async function expectRefused(operation: string, options: Send, status: number, code: string) {
  const before = stack.calls.length;
  const answer = await send(operation, options);
  expectProblem(answer, status, code);
  expect(stack.calls.slice(before)).toEqual([]);
  return answer;
}

async function expectRoundTrip(length: number, more: object = {}, context?: object) {
  const plaintext = base64(Buffer.alloc(length, 0xa5));
  const encrypted = await post('encrypt', { plaintext, encryptionContext: context, ...more });
  expect(encrypted.status).toBe(200);
  const { ciphertext } = encrypted.json;
  const opened = await post('decrypt', { ciphertext, encryptionContext: context });
  expect(opened.status).toBe(200);
  expect(opened.json.plaintext === plaintext).toBe(true);
}

/** Names and texts of so many bytes in all, each of which JSON spells in six. */
const contextOf = (bytes: number) => ({ a: '\u0001'.repeat(bytes - 1) });

describe('a plaintext', () => {
  test.each([0, 1, 4096, 4097, largestPlaintext])('of %d bytes makes the round trip', (length) =>
    expectRoundTrip(length),
  );

  test('of the largest size does so in the largest context', () =>
    expectRoundTrip(largestPlaintext, {}, contextOf(8000)));

  test.each([1, 4096])('of %d bytes does so in direct mode', (length) =>
    expectRoundTrip(length, { mode: 'direct' }),
  );

  test.each([
    [0, 400, 'bad-request'],
    [4097, 413, 'too-large'],
    [largestPlaintext, 413, 'too-large'],
  ])('of %d bytes is a %d in direct mode', async (length, status, code) => {
    const plaintext = base64(Buffer.alloc(length));
    await expectRefused('encrypt', { body: { plaintext, mode: 'direct' } }, status, code);
  });

  test('of one byte more than the largest is a 413: JSON, raw, an item of a batch', async () => {
    const bytes = Buffer.alloc(largestPlaintext + 1);
    const headers = { 'Content-Type': octets };
    const answer = await expectRefused('encrypt', { body: bytes, headers }, 413, 'too-large');
    expect(answer.json.detail).toContain(String(largestPlaintext));
    const plaintext = base64(bytes);
    await expectRefused('encrypt', { body: { plaintext } }, 413, 'too-large');
    const batch = await post('encrypt-batch', { items: [{ plaintext }] });
    expect(batch.json.items).toMatchObject([{ error: { status: 413, code: 'too-large' } }]);
  });
});

describe('a ciphertext', () => {
  test('that is a message of the largest plaintext is re-encrypted', async () => {
    const plaintext = base64(Buffer.alloc(largestPlaintext));
    const { ciphertext } = (await post('encrypt', { plaintext })).json;
    expect((await post('reencrypt', { ciphertext })).status).toBe(200);
  });

  test.each(['decrypt', 'reencrypt', 'inspect'])(
    'of the largest size is judged: %s',
    async (operation) => {
      const before = stack.calls.filter(({ service }) => service === 'kms').length;
      const ciphertext = base64(Buffer.alloc(largestCiphertext, 2));
      expectProblem(await post(operation, { ciphertext }), 400, 'decryption-failed');
      expect(stack.calls.filter(({ service }) => service === 'kms').length).toBe(before);
    },
  );

  test.each(['decrypt', 'reencrypt', 'inspect'])(
    'of one byte more is a 413: %s',
    async (operation) => {
      const bytes = Buffer.alloc(largestCiphertext + 1, 2);
      const headers = { 'Content-Type': octets };
      await expectRefused(operation, { body: bytes, headers }, 413, 'too-large');
      await expectRefused(operation, { body: { ciphertext: base64(bytes) } }, 413, 'too-large');
    },
  );

  test('of one byte more is the same in a batch', async () => {
    const ciphertext = base64(Buffer.alloc(largestCiphertext + 1, 2));
    const { json } = await post('decrypt-batch', { items: [{ ciphertext }] });
    expect(json.items).toMatchObject([{ error: { status: 413, code: 'too-large' } }]);
  });

  test.each(['decrypt', 'reencrypt', 'inspect'])('of nothing is a 400: %s', async (operation) => {
    expectProblem(await post(operation, { ciphertext: '' }), 400, 'decryption-failed');
  });
});

describe('whatever the JSON beside the bytes looks like', () => {
  /** Each byte in six. */
  const spelled = (bytes: number) => `{"a":"${'\\u0001'.repeat(bytes - 1)}"}`;

  test('the largest ciphertext in two of the largest contexts is judged', async () => {
    const ciphertext = base64(Buffer.alloc(largestCiphertext, 2));
    const body = `{"ciphertext":"${ciphertext}","encryptionContext":${spelled(8000)},"newEncryptionContext":${spelled(8000)}}`;
    expectProblem(await post('reencrypt', body), 400, 'decryption-failed');
  });

  test.each([' ', '\n', '\t', '\r\n'])(
    'the largest plaintext is taken with %j up to the limit',
    async (space) => {
      const plaintext = base64(Buffer.alloc(largestPlaintext));
      const body = `{"plaintext":"${plaintext}"`;
      const left = Math.floor((largestBody - body.length - 1) / space.length);
      expect((await post('encrypt', `${body}${space.repeat(left)}}`)).status).toBe(200);
    },
  );
});

describe('a body', () => {
  const padded = (bytes: number) => '{"plaintext":""}'.padEnd(bytes);

  test('of the largest size is read', async () => {
    expect((await post('encrypt', padded(largestBody))).status).toBe(200);
  });

  test.each([
    ['one byte more', largestBody + 1],
    ['6 MB, what Lambda takes', 6_000_000],
    ['more than Lambda takes', 6_400_000],
    ['more than API Gateway takes', 11_000_000],
  ])('of %s is a 413', async (_, bytes) => {
    for (const operation of ['encrypt', 'encrypt-batch']) {
      await expectRefused(operation, { body: padded(bytes) }, 413, 'too-large');
    }
  });

  test('of 6 MB of plaintext is a 413', async () => {
    const plaintext = 'A'.repeat(6_000_000);
    await expectRefused('encrypt', { body: { plaintext } }, 413, 'too-large');
  });

  test('of nothing is a 400, and raw an empty plaintext', async () => {
    await expectRefused('encrypt', { body: '' }, 400, 'bad-request');
    const raw = await send('encrypt', { body: '', headers: { 'Content-Type': octets } });
    expect(raw.status).toBe(200);
  });
});

describe('JSON', () => {
  const nested = (open: string, close: string) => open.repeat(100_000) + close.repeat(100_000);
  const member = (text: string) => `{"plaintext":"","encryptionContext":${text}}`;

  test.each([
    ['100,000 lists in each other', nested('[', ']')],
    ['100,000 lists that do not end', nested('[', '')],
    ['100,000 objects in each other', `${nested('{"a":', '')}1${nested('', '}')}`],
    ['100,000 lists in the context', member(nested('[', ']'))],
    ['a member twice', '{"plaintext":"","plaintext":"eA=="}'],
    ['a member twice, once by escapes', '{"plaintext":"","\\u0070laintext":"eA=="}'],
    ['a name of the context twice', member('{"a":"1","a":"1"}')],
    ['__proto__ in the body', '{"plaintext":"","__proto__":{"mode":"direct"}}'],
    ['__proto__ in the context', member('{"__proto__":"x"}')],
    ['__proto__ by escapes', member('{"\\u005f_proto__":"x"}')],
    ['constructor as a member', '{"plaintext":"","constructor":{"prototype":{}}}'],
    ['a lone surrogate as a value', member('{"a":"\\ud800"}')],
    ['a lone surrogate as a name', member('{"\\udc00":"a"}')],
    ['surrogates in the wrong order', member('{"a":"\\udc00\\ud800"}')],
    ['a list', '[]'],
    ['null', 'null'],
    ['no JSON', '{"plaintext":""'],
    ['a byte order mark', '\ufeff{"plaintext":""}'],
    ['a plaintext that is a number', '{"plaintext":1e999}'],
    ['a context that is a list', member('[]')],
    ['a context of numbers', member('{"a":1}')],
  ])('%s is a 400', async (_, body) => {
    await expectRefused('encrypt', { body }, 400, 'bad-request');
  });

  test.each(['constructor', 'toString', 'hasOwnProperty'])('%s is a name like others', (name) =>
    expectRoundTrip(3, {}, { [name]: 'x' }),
  );
});

describe('an encryption context', () => {
  const pairs = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`n${n}`, '']));

  test('of 64 names, or of 8,000 bytes, makes the round trip in both modes', async () => {
    for (const mode of ['envelope', 'direct']) {
      await expectRoundTrip(3, { mode }, pairs(64));
      await expectRoundTrip(3, { mode }, contextOf(8000));
      await expectRoundTrip(3, { mode }, { city: 'é'.repeat(3998) });
    }
  });

  test.each([
    ['65 names', pairs(65)],
    ['10,000 names', pairs(10_000)],
    ['8,001 bytes', contextOf(8001)],
    ['8,002 bytes in half as many characters', { city: 'é'.repeat(3999) }],
    ['a megabyte', { a: 'x'.repeat(1_000_000) }],
  ])('of %s is a 400', async (_, encryptionContext) => {
    const body = { plaintext: '', encryptionContext };
    await expectRefused('encrypt', { body }, 400, 'bad-request');
    await expectRefused('data-keys', { body: { encryptionContext } }, 400, 'bad-request');
    const batch = await post('encrypt-batch', { items: [body] });
    expect(batch.json.items).toMatchObject([{ error: { status: 400, code: 'bad-request' } }]);
  });
});

describe('headers', () => {
  const raw = (context: string) => ({
    body: Buffer.from('x'),
    headers: { 'Content-Type': octets, 'Encryption-Context': context },
  });
  const contextOfHeader = (bytes: number) => `{"a":"${'x'.repeat(bytes - 8)}"}`;

  test('with a context of 8,000 bytes are read', async () => {
    expect((await send('encrypt', raw(contextOfHeader(8007)))).status).toBe(200);
  });

  test('with more than 8,192 bytes of context are a 400', () =>
    expectRefused('encrypt', raw(contextOfHeader(8193)), 400, 'bad-request'));

  test.each(['Encryption-Context', 'X-Anything', 'Cookie'])(
    'with 20 kB in %s are a 413 of API Gateway',
    async (name) => {
      const headers = { [name]: 'x'.repeat(20_000) };
      await expectRefused('encrypt', { body: { plaintext: '' }, headers }, 413, 'too-large');
    },
  );
});

describe('a batch', () => {
  const item = { encrypt: { plaintext: 'eA==' }, decrypt: { ciphertext: 'eA==' } };

  test.each([
    ['encrypt', 1],
    ['encrypt', 1000],
    ['decrypt', 1],
    ['decrypt', 1000],
  ] as const)('%s: of %d items is answered item by item', async (operation, count) => {
    const items = Array(count).fill(item[operation]);
    const { status, json } = await post(`${operation}-batch`, { items });
    expect([status, json.items.length]).toEqual([200, count]);
  });

  test.each([0, 1001, 100_000])('of %d items is a 400', async (count) => {
    for (const operation of ['encrypt', 'decrypt'] as const) {
      const body = { items: Array(count).fill(item[operation]) };
      await expectRefused(`${operation}-batch`, { body }, 400, 'bad-request');
    }
  });

  test('whose answer would not fit into one is a 413', async () => {
    const encryptionContext = { a: 'x'.repeat(5500) };
    const body = { items: Array(1000).fill({ plaintext: '', encryptionContext }) };
    await expectRefused('encrypt-batch', { body }, 413, 'too-large');
  });

  test('that just fits is answered in full', async () => {
    const plaintext = base64(Buffer.alloc(42_000, 1));
    const items = Array(100).fill({ plaintext });
    const { status, json } = await post('encrypt-batch', { items });
    expect([status, json.items.length]).toEqual([200, 100]);
    const opened = await post('decrypt-batch', { items: json.items });
    expect(new Set(opened.json.items.map((each: object) => JSON.stringify(each)))).toEqual(
      new Set([JSON.stringify({ plaintext })]),
    );
  });
});

describe('a wrapped data key', () => {
  test.each([0, 28, 6145, 100_000])('of %d bytes is none, and KMS is not asked', async (bytes) => {
    const before = stack.calls.filter(({ service }) => service === 'kms').length;
    const body = { wrappedDataKey: base64(Buffer.alloc(bytes, 1)) };
    expectProblem(await post('data-keys/decrypt', body), 400, 'decryption-failed');
    expect(stack.calls.filter(({ service }) => service === 'kms').length).toBe(before);
  });
});
