/** However a body's JSON is written, the answer is that to its plainest form: a success, or a refusal. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import type { operations } from '../../contract/operations.ts';
import { type Operation, routes } from '../../contract/routes.ts';
import { spellingsOf } from '../harness/json-spellings.ts';
import type { Answer } from './client.ts';
import { plantPreviousKey } from './planted-keys.ts';
import { uniformBody } from './problem.ts';
import { startTestStack, type TestStack } from './test-stack.ts';

jest.setTimeout(120_000);

/** Those that take a body. */
type WithBody = {
  [O in Operation]: (typeof operations)[O] extends { readonly request: unknown } ? O : never;
}[Operation];

interface Row {
  /** a tenant of the operation's own, where it changes one */
  readonly tenantId?: string;
  readonly body: () => object;
  /** what is the same in each answer, where that is not all of it */
  readonly comparable?: (json: Answer['json']) => unknown;
  /** a body that is refused */
  readonly wrong: object;
}

const plaintext = Buffer.from('größe/"東京"').toString('base64');
const encryptionContext = { 'Straße/"1"': '🔑\n\u2028', b: '\\u0061', c: '' };
const newEncryptionContext = { d: 'Ōsaka' };
const displayName = 'Größe "東京" \\/ 🔑';

let stack: TestStack;
let ciphertext = '';
let wrappedDataKey = '';
beforeAll(async () => {
  stack = await startTestStack();
  for (const tenantId of ['acme', 'paused', 'turned', 'leaving']) {
    await stack.client.onboard(tenantId);
  }
  for (const tenantId of ['moved', 'stays']) await plantPreviousKey(stack, tenantId);
  ciphertext = await stack.client.encrypt('acme', Buffer.from('x'), encryptionContext);
  const { json } = await post('data-keys', { encryptionContext });
  wrappedDataKey = json.wrappedDataKey;
});
afterAll(() => stack.close());

const post = async (operation: string, body: object) =>
  stack.client.send('POST', `/tenants/acme/${operation}`, {
    token: await stack.client.tenantToken('acme'),
    body,
  });

/** @returns what the ciphertext decrypts to, or the code of the refusal */
async function opened(text: string, context: object): Promise<string> {
  const { json } = await post('decrypt', { ciphertext: text, encryptionContext: context });
  return json.plaintext ?? json.code;
}

const purpose = 'user/address.street';

const rows: Readonly<Record<WithBody, Row>> = {
  onboard: {
    tenantId: 'newcomer',
    body: () => ({ displayName, legalName: 'Größe', rotationPeriodInDays: 365 }),
    wrong: { rotationPeriodInDays: 3650 },
  },
  update: { body: () => ({ displayName, legalName: null }), wrong: { displayName: 7 } },
  offboard: { tenantId: 'leaving', body: () => ({}), wrong: { force: true } },
  suspend: { tenantId: 'paused', body: () => ({}), wrong: { why: 'unpaid' } },
  resume: { body: () => ({}), wrong: { why: 'paid' } },
  restore: { body: () => ({}), wrong: { why: 'back' } },
  setRotation: {
    body: () => ({ rotationPeriodInDays: 180 }),
    comparable: (json) => ({ ...json, updatedAt: undefined }),
    wrong: { rotationPeriodInDays: 1 },
  },
  rotate: { tenantId: 'turned', body: () => ({}), wrong: { keyMaterialId: 7 } },
  changeKeyStore: { body: () => ({ keyStore: 'aws-kms' }), wrong: { keyStore: 'floppy' } },
  endPreviousKey: { tenantId: 'moved', body: () => ({}), wrong: { why: 'done' } },
  restorePreviousKey: { tenantId: 'stays', body: () => ({}), wrong: { why: 'not done' } },
  encrypt: {
    body: () => ({ plaintext, encryptionContext, mode: 'envelope' }),
    comparable: (json) => opened(json.ciphertext, encryptionContext),
    wrong: { plaintext: '=', encryptionContext },
  },
  decrypt: { body: () => ({ ciphertext, encryptionContext }), wrong: { ciphertext } },
  reencrypt: {
    body: () => ({ ciphertext, encryptionContext, newEncryptionContext }),
    comparable: (json) => opened(json.ciphertext, newEncryptionContext),
    wrong: { ciphertext: plaintext, encryptionContext },
  },
  encryptBatch: {
    body: () => ({ items: [{ plaintext, encryptionContext }, { plaintext: '' }] }),
    comparable: (json) => opened(json.items[0].ciphertext, encryptionContext),
    wrong: { items: [] },
  },
  decryptBatch: {
    body: () => ({ items: [{ ciphertext, encryptionContext }, { ciphertext }] }),
    wrong: { items: { ciphertext } },
  },
  reencryptBatch: {
    body: () => ({ items: [{ ciphertext, encryptionContext, newEncryptionContext }] }),
    comparable: (json) => opened(json.items[0].ciphertext, newEncryptionContext),
    wrong: { items: [{ ciphertext }], mode: 'sideways' },
  },
  inspect: { body: () => ({ ciphertext, encryptionContext }), wrong: { ciphertext: '' } },
  generateDataKey: {
    body: () => ({ encryptionContext, plaintext: true }),
    comparable: (json) => Object.keys(json).sort(),
    wrong: { encryptionContext, plaintext: 'true' },
  },
  decryptDataKey: {
    body: () => ({ wrappedDataKey, encryptionContext }),
    wrong: { wrappedDataKey },
  },
  mac: { body: () => ({ purpose, value: plaintext, bits: 40 }), wrong: { purpose } },
  macBatch: {
    body: () => ({
      items: [
        { purpose, value: plaintext },
        { purpose, value: '', bits: 8 },
      ],
    }),
    wrong: { items: [] },
  },
  setMacVersions: {
    body: () => ({ purpose: 'changed', versions: [1] }),
    wrong: { purpose, versions: [2, 1] },
  },
  rewrapMacKeys: { body: () => ({}), wrong: { purpose } },
};

const operationsWithBody = Object.keys(rows) as WithBody[];

/** @returns sends a text as the operation's body */
function sender(operation: WithBody) {
  const { tenantId = 'acme' } = rows[operation];
  const route = routes.findLast((one) => one.operation === operation);
  if (route === undefined) throw new Error(`no route of ${operation}`);
  const path = route.path.replace('{tenantId}', tenantId);
  const { client } = stack;
  return async (body: string) => {
    const token =
      route.plane === 'crypto' ? await client.tenantToken(tenantId) : await client.adminToken();
    return client.send(route.method, path, { token, body });
  };
}

describe.each(operationsWithBody)('the answer to %s', (operation) => {
  const { body, comparable = (json: Answer['json']) => json, wrong } = rows[operation];

  test('is the same for every spelling of its body', async () => {
    const send = sender(operation);
    const told = async (text: string) => {
      const { status, json } = await send(text);
      return [status, status < 400 ? await comparable(json) : json];
    };
    // Once to do it, and again for the answer to who asks again.
    await send(JSON.stringify(body()));
    const plain = await told(JSON.stringify(body()));
    expect([200, 202]).toContain(plain[0]);
    await fc.assert(
      fc.asyncProperty(spellingsOf(body()), async (text) => {
        expect(await told(text)).toEqual(plain);
      }),
      { numRuns: 12 },
    );
  });

  test('that is refused too', async () => {
    const send = sender(operation);
    const plain = await send(JSON.stringify(wrong));
    expect(plain.status).toBe(400);
    await fc.assert(
      fc.asyncProperty(spellingsOf(wrong), async (text) => {
        expect(uniformBody((await send(text)).json)).toEqual(uniformBody(plain.json));
      }),
      { numRuns: 6 },
    );
  });
});
