/**
 * What holds for every plaintext, context, mode and form, over HTTP: it comes back from exactly what was made of it
 * in exactly its context, and everything else is one and the same refusal.
 */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { byteClient, contextHeader } from './byte-client.ts';
import type { Answer } from './client.ts';
import { expectProblem, uniformBody } from './problem.ts';
import { startTestStack, type TestStack } from './test-stack.ts';

type Context = Readonly<Record<string, string>>;
type Mode = 'envelope' | 'direct';
type Form = 'json' | 'raw' | 'batch';

// A hundred runs of several requests each.
jest.setTimeout(120_000);

let stack: TestStack;
let call: ReturnType<typeof byteClient>;
beforeAll(async () => {
  stack = await startTestStack();
  await Promise.all(['acme', 'globex'].map((tenantId) => stack.client.onboard(tenantId)));
  call = byteClient(stack);
});
afterAll(() => stack.close());

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

interface Request {
  readonly tenantId?: string;
  readonly form: Form;
  readonly bytes: Uint8Array;
  readonly context: Context | undefined;
  /** of JSON, or a header's */
  readonly more?: { readonly mode?: Mode; readonly newEncryptionContext?: Context };
}

/** @returns the answer to one plaintext or ciphertext; of a batch of one, to its item */
async function answerTo(operation: string, request: Request): Promise<Answer> {
  const { tenantId = 'acme', form, bytes, context, more = {} } = request;
  const path = `/tenants/${tenantId}/${operation}`;
  if (form === 'raw') return call(tenantId, path, { bytes, context, ...more });
  const member = operation === 'encrypt' ? 'plaintext' : 'ciphertext';
  const body = { [member]: base64(bytes), encryptionContext: context };
  return form === 'json'
    ? call(tenantId, path, { json: { ...body, ...more } })
    : call(tenantId, `${path}-batch`, { json: { items: [body], ...more } });
}

/** @returns the bytes that an answer has, raw or in its one member */
async function given(operation: string, request: Request): Promise<Buffer> {
  const { status, bytes, json } = await answerTo(operation, request);
  expect(status).toBe(200);
  if (json === undefined) return bytes;
  const [text] = Object.values(json.items?.[0] ?? json);
  return Buffer.from(text as string, 'base64');
}

const isReserved = (name: string) =>
  name === '__proto__' || /^(tenantid$|aws-crypto-)/i.test(name.toLowerCase());
/** Any Unicode but lone surrogates. */
const text = (minLength: number) => fc.string({ unit: 'binary', minLength, maxLength: 20 });
const name = fc
  .oneof(text(1), fc.constantFrom('constructor', 'toString', 'a', 'A', 'ß', 'ﬀ', ' '))
  .filter((each) => !isReserved(each));
const context = fc
  .oneof(
    { weight: 4, arbitrary: fc.dictionary(name, text(0), { maxKeys: 5, noNullPrototype: true }) },
    {
      weight: 1,
      arbitrary: fc.dictionary(name, text(0), { minKeys: 50, maxKeys: 64, noNullPrototype: true }),
    },
  )
  .filter((pairs) => Buffer.byteLength(Object.entries(pairs).flat().join('')) <= 8000);
const bytes = fc.oneof(
  { weight: 6, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 300 }) },
  { weight: 1, arbitrary: fc.constantFrom(new Uint8Array(4096), new Uint8Array([2, 4, 0x78])) },
);
const larger = fc.oneof(
  { weight: 12, arbitrary: bytes },
  { weight: 1, arbitrary: fc.constantFrom(new Uint8Array(0), new Uint8Array(65_536 * 2 + 1)) },
);
const mode = fc.constantFrom<Mode>('envelope', 'direct');
const form = fc.constantFrom<Form>('json', 'raw', 'batch');
const single = fc.constantFrom<Form>('json', 'raw');

/** A context that goes into a header, beside the token. */
const fits = (form: Form, pairs: Context) =>
  form !== 'raw' || Buffer.byteLength(contextHeader(pairs)) <= 7000;

describe('a plaintext comes back', () => {
  test('from an envelope, whatever the forms', () =>
    fc.assert(
      fc.asyncProperty(larger, context, form, form, async (plaintext, pairs, by, back) => {
        fc.pre(fits(by, pairs) && fits(back, pairs));
        const request = { context: pairs, bytes: plaintext };
        const encrypted = await given('encrypt', { ...request, form: by });
        const opened = await given('decrypt', { ...request, form: back, bytes: encrypted });
        expect(opened.equals(plaintext)).toBe(true);
      }),
      { numRuns: 150 },
    ));

  test('from direct mode, whatever the forms', () =>
    fc.assert(
      fc.asyncProperty(bytes, context, single, form, async (plaintext, pairs, by, back) => {
        fc.pre(fits(by, pairs) && fits(back, pairs));
        const request = { context: pairs, bytes: plaintext };
        const direct = { ...request, form: by, more: { mode: 'direct' as const } };
        const encrypted = await given('encrypt', direct);
        // A batch must be told; one ciphertext tells it by its first bytes.
        const more = back === 'batch' ? direct.more : {};
        const opened = await given('decrypt', { ...request, form: back, bytes: encrypted, more });
        expect(opened.equals(plaintext)).toBe(true);
      }),
      { numRuns: 100 },
    ));

  test('from a batch, each in its place', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ plaintext: larger, pairs: context }), { minLength: 1, maxLength: 12 }),
        async (all) => {
          const items = all.map(({ plaintext, pairs }) => ({
            plaintext: base64(plaintext),
            encryptionContext: pairs,
          }));
          const encrypted = await call('acme', '/tenants/acme/encrypt-batch', { json: { items } });
          const messages = items.map(({ encryptionContext }, at) => ({
            ciphertext: encrypted.json.items[at].ciphertext,
            encryptionContext,
          }));
          const opened = await call('acme', '/tenants/acme/decrypt-batch', {
            json: { items: messages },
          });
          expect(opened.json.items).toEqual(items.map(({ plaintext }) => ({ plaintext })));
        },
      ),
      { numRuns: 20 },
    ));
});

describe('equal plaintexts give different ciphertexts', () => {
  test('one by one', () =>
    fc.assert(
      fc.asyncProperty(bytes, context, mode, single, async (plaintext, pairs, how, by) => {
        fc.pre(fits(by, pairs));
        const request = { form: by, bytes: plaintext, context: pairs, more: { mode: how } };
        const [one, other] = await Promise.all([
          given('encrypt', request),
          given('encrypt', request),
        ]);
        expect(one.equals(other)).toBe(false);
      }),
      { numRuns: 60 },
    ));

  test('in a batch', () =>
    fc.assert(
      fc.asyncProperty(bytes, context, fc.integer({ min: 2, max: 20 }), async (plain, pairs, n) => {
        const items = Array(n).fill({ plaintext: base64(plain), encryptionContext: pairs });
        const { json } = await call('acme', '/tenants/acme/encrypt-batch', { json: { items } });
        const messages = json.items.map(({ ciphertext }: { ciphertext: string }) => ciphertext);
        expect(new Set(messages).size).toBe(n);
      }),
      { numRuns: 20 },
    ));
});

interface Encrypted {
  readonly tenantId: string;
  readonly bytes: Buffer;
  readonly context: Context;
}
type Change = (encrypted: Encrypted, at: number, other: Uint8Array) => Partial<Encrypted>;

const spliced = (given: Buffer, at: number, remove: number, insert: Uint8Array) =>
  Buffer.concat([given.subarray(0, at), insert, given.subarray(at + remove)]);
const flipped = (given: Buffer, at: number, other: Uint8Array) =>
  spliced(given, at, 1, Buffer.of((given[at] as number) ^ ((other[0] as number) || 1)));
/** @param at of the pair to change, counted around */
function changedPair(pairs: Context, at: number, change: (name: string, value: string) => Context) {
  const names = Object.keys(pairs);
  const name = names[at % names.length] ?? '';
  const { [name]: value = '', ...rest } = pairs;
  return { context: { ...rest, ...change(name, value) } };
}
const swappedCase = (name: string) =>
  name === name.toLowerCase() ? name.toUpperCase() : name.toLowerCase();

const changes: Readonly<Record<string, Change>> = {
  'the tenant': () => ({ tenantId: 'globex' }),
  'a byte': ({ bytes }, at, other) => ({ bytes: flipped(bytes, at % bytes.length, other) }),
  'one of the first bytes': ({ bytes }, at, other) => ({ bytes: flipped(bytes, at % 8, other) }),
  'one of the last bytes': ({ bytes }, at, other) => ({
    bytes: flipped(bytes, bytes.length - 1 - (at % 16), other),
  }),
  'the first bytes, to those of a message': ({ bytes }, at) => ({
    bytes: spliced(bytes, 0, 3, Buffer.of(2, at % 2 === 0 ? 4 : 5, 0x78)),
  }),
  'the first bytes, to those of no message': ({ bytes }) => ({
    bytes: spliced(bytes, 0, 3, Buffer.of(1, 2, 3)),
  }),
  'the length, cut': ({ bytes }, at) => ({ bytes: bytes.subarray(0, at % bytes.length) }),
  'the length, cut in front': ({ bytes }, at) => ({
    bytes: bytes.subarray(1 + (at % bytes.length)),
  }),
  'the length, bytes after the end': ({ bytes }, _, other) => ({
    bytes: Buffer.concat([bytes, other]),
  }),
  'the length, a byte less': ({ bytes }, at) => ({
    bytes: spliced(bytes, at % bytes.length, 1, Buffer.alloc(0)),
  }),
  'the length, bytes between': ({ bytes }, at, other) => ({
    bytes: spliced(bytes, at % bytes.length, 0, other),
  }),
  'all bytes': (_, __, other) => ({ bytes: Buffer.from(other) }),
  'the context, a pair more': ({ context }, at) => ({
    context: { ...context, [`added ${at}`]: '' },
  }),
  'the context, a pair less': ({ context }, at) => changedPair(context, at, () => ({})),
  'the context, a name': ({ context }, at) =>
    changedPair(context, at, (name, value) => ({ [`${name}'`]: value })),
  "the context, a name's case": ({ context }, at) =>
    changedPair(context, at, (name, value) => ({ [swappedCase(name)]: value })),
  'the context, a value': ({ context }, at) =>
    changedPair(context, at, (name, value) => ({ [name]: `${value}.` })),
  'the context, name and value swapped': ({ context }, at) =>
    changedPair(context, at, (name, value) => ({ [value]: name })),
  'the context, to none': () => ({ context: {} }),
};

const sameContext = (one: Context, other: Context) =>
  JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(other).sort());
const isContext = (pairs: Context) =>
  Object.keys(pairs).length <= 64 && Object.keys(pairs).every((n) => n !== '' && !isReserved(n));

/** What a caller sees of an answer, but for its request id. */
const seen = ({ status, headers, json }: Answer) => ({
  status,
  headers: Object.keys(headers).sort(),
  body: uniformBody(json),
});

describe('one refusal, whatever was changed', () => {
  let refusal: ReturnType<typeof seen>;
  beforeAll(async () => {
    const answer = await answerTo('decrypt', {
      form: 'json',
      bytes: Buffer.from('no ciphertext'),
      context: undefined,
    });
    expectProblem(answer, 400, 'decryption-failed');
    refusal = seen(answer);
  });

  async function expectRefusal(operation: string, request: Request) {
    const answer = await answerTo(operation, request);
    if (request.form !== 'batch') return expect(seen(answer)).toEqual(refusal);
    const { status, code, title, detail } = refusal.body as Record<string, unknown>;
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({ items: [{ error: { status, code, title, detail } }] });
  }

  const target = fc.constantFrom<[string, Form]>(
    ['decrypt', 'json'],
    ['decrypt', 'raw'],
    ['decrypt', 'batch'],
    ['reencrypt', 'json'],
    ['reencrypt', 'raw'],
    ['reencrypt', 'batch'],
    ['inspect', 'json'],
    ['inspect', 'raw'],
  );

  test.each(Object.entries(changes))('%s', (_, change) =>
    fc.assert(
      fc.asyncProperty(
        bytes,
        context.filter((pairs) => Object.keys(pairs).length > 0),
        mode,
        target,
        fc.nat(100_000),
        fc.uint8Array({ minLength: 1, maxLength: 40 }),
        async (plaintext, pairs, how, [operation, by], at, other) => {
          const encrypted = await given('encrypt', {
            form: 'json',
            bytes: plaintext,
            context: pairs,
            more: { mode: how },
          });
          const right = { tenantId: 'acme', bytes: encrypted, context: pairs };
          const wrong = { ...right, ...change(right, at, other) };
          fc.pre(isContext(wrong.context) && fits(by, wrong.context));
          fc.pre(
            wrong.tenantId !== 'acme' ||
              !encrypted.equals(wrong.bytes) ||
              !sameContext(pairs, wrong.context),
          );
          const more = by === 'batch' ? { mode: how } : {};
          await expectRefusal(operation, { ...wrong, form: by, more });
        },
      ),
      { numRuns: 20 },
    ),
  );
});

test('what is re-encrypted opens in its new context only', () =>
  fc.assert(
    fc.asyncProperty(bytes, context, context, mode, single, async (plain, from, to, how, by) => {
      fc.pre(!sameContext(from, to) && [from, to].every((pairs) => fits('raw', pairs)));
      fc.pre(contextHeader(from).length + contextHeader(to).length <= 7000);
      const encrypted = await given('encrypt', {
        form: by,
        bytes: plain,
        context: from,
        more: { mode: how },
      });
      const carried = await given('reencrypt', { form: by, bytes: encrypted, context: from });
      const moved = await given('reencrypt', {
        form: by,
        bytes: carried,
        context: from,
        more: { newEncryptionContext: to },
      });
      for (const [ciphertext, pairs, others] of [
        [carried, from, to],
        [moved, to, from],
      ] as const) {
        const opened = await given('decrypt', { form: by, bytes: ciphertext, context: pairs });
        expect(opened.equals(plain)).toBe(true);
        const wrong = await answerTo('decrypt', { form: by, bytes: ciphertext, context: others });
        expectProblem(wrong, 400, 'decryption-failed');
      }
    }),
    { numRuns: 50 },
  ));

test('whatever its context, each call of KMS was an event of the tenant, and each line was read', async () => {
  await stack.indexed();
  const lines = stack.logs.map((line) => JSON.parse(line));
  const indexed = lines.filter(({ message }) => message === 'indexed');
  expect(indexed.filter(({ UnreadableLines }) => UnreadableLines > 0)).toEqual([]);
  const known = new Set(
    lines.filter(({ message }) => message === 'key event').map(({ eventId }) => eventId),
  );
  const recorded = stack.deployment.trail.events.filter(
    ({ eventSource, resources }) => eventSource === 'kms.amazonaws.com' && resources.length > 0,
  );
  expect(recorded.length).toBeGreaterThan(500);
  for (const { eventID } of recorded) expect(known).toContain(eventID);
});
