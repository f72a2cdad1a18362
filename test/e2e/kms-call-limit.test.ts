/** What one request may cost the account's quota of KMS, which all tenants share. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { maxKmsCallsPerRequest } from '../../contract/crypto.ts';
import type { Answer } from './client.ts';
import { expectProblem } from './problem.ts';
import { tenantKms } from './tenant-kms.ts';
import { startTestStack, type TestStack } from './test-stack.ts';

let stack: TestStack;
let uncached: TestStack;
beforeAll(async () => {
  stack = await startTestStack();
  uncached = await startTestStack({ dataKeyMaxAgeSeconds: 0 });
});
afterAll(async () => {
  await stack.close();
  await uncached.close();
});

const stackOf = (which: string) => (which === 'cached' ? stack : uncached);

interface Outcome extends Answer {
  readonly kmsCalls: number;
}

async function post(
  on: TestStack,
  tenantId: string,
  operation: string,
  body: object,
): Promise<Outcome> {
  const token = await on.client.tenantToken(tenantId);
  const before = on.calls.length;
  const answer = await on.client.send('POST', `/tenants/${tenantId}/${operation}`, { token, body });
  const kmsCalls = on.calls.slice(before).filter(({ service }) => service === 'kms').length;
  return { ...answer, kmsCalls };
}

const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, n) => from + n);
const plainItems = (documents: readonly number[]) =>
  documents.map((n) => ({ plaintext: 'eA==', encryptionContext: { document: `${n}` } }));

/** @returns messages, each under a data key of its own */
async function messages(on: TestStack, tenantId: string, count: number) {
  const made = [];
  for (let from = 0; from < count; from += maxKmsCallsPerRequest) {
    const items = plainItems(numbers(Math.min(maxKmsCallsPerRequest, count - from), from));
    const { json } = await post(on, tenantId, 'encrypt-batch', { items });
    for (const [at, { encryptionContext }] of items.entries()) {
      made.push({ ciphertext: json.items[at].ciphertext as string, encryptionContext });
    }
  }
  return made;
}

async function directCiphertext(on: TestStack, tenantId: string): Promise<string> {
  const body = { plaintext: 'eA==', mode: 'direct' };
  return (await post(on, tenantId, 'encrypt', body)).json.ciphertext;
}

const codesOf = ({ json }: Answer): Set<string | undefined> =>
  new Set(json.items.map((item: { error?: { code: string } }) => item.error?.code));

function expectRefused(outcome: Outcome): void {
  expectProblem(outcome, 400, 'too-many-kms-calls');
  expect(outcome.kmsCalls).toBe(0);
}

describe.each(['cached', 'uncached'])('no request takes the quota of all tenants, %s:', (which) => {
  const onboarded = async (name: string) => {
    const tenantId = `${name}-${which}`;
    await stackOf(which).client.onboard(tenantId);
    return [stackOf(which), tenantId] as const;
  };

  test('1,000 contexts in one batch are refused before any call', async () => {
    const [on, tenantId] = await onboarded('contexts');
    const refused = await post(on, tenantId, 'encrypt-batch', { items: plainItems(numbers(1000)) });
    expectRefused(refused);
    expect(refused.json.detail).toMatch(/100 calls.*smaller.*contexts/);
  });

  test('1,000 pieces of garbage cost no call, and each is told so', async () => {
    const [on, tenantId] = await onboarded('garbage');
    const items = numbers(1000).map((n) => ({
      ciphertext: Buffer.alloc(60, `garbage ${n} `).toString('base64'),
    }));
    const answer = await post(on, tenantId, 'decrypt-batch', { items });
    expect([answer.status, answer.kmsCalls]).toEqual([200, 0]);
    expect(codesOf(answer)).toEqual(new Set(['decryption-failed']));
    expectRefused(await post(on, tenantId, 'decrypt-batch', { items, mode: 'direct' }));
  });

  test('1,000 messages, each under a data key of its own, are refused before any call', async () => {
    const [on, tenantId] = await onboarded('messages');
    const items = await messages(on, tenantId, 1000);
    expectRefused(await post(on, tenantId, 'decrypt-batch', { items }));
    const part = await post(on, tenantId, 'decrypt-batch', { items: items.slice(0, 100) });
    expect([part.status, part.kmsCalls]).toEqual([200, 100]);
    expect(codesOf(part)).toEqual(new Set([undefined]));
  });

  test('forged messages that come again and again in a batch cost one call each', async () => {
    const [on, tenantId] = await onboarded('forged');
    const forged = (await messages(on, tenantId, 100)).map(({ ciphertext, ...beside }) => {
      const bytes = Buffer.from(ciphertext, 'base64');
      const name = 'arn:aws:kms:';
      const atKeyArn = bytes.indexOf(name);
      const wrappedAt = atKeyArn + bytes.readUInt16BE(atKeyArn - 2) + 2;
      const last = wrappedAt + bytes.readUInt16BE(wrappedAt - 2) - 1;
      bytes.writeUInt8(bytes.readUInt8(last) ^ 1, last);
      return { ciphertext: bytes.toString('base64'), ...beside };
    });
    const items = numbers(10).flatMap(() => forged);
    const answer = await post(on, tenantId, 'decrypt-batch', { items });
    expect([answer.status, answer.kmsCalls]).toEqual([200, 100]);
    expect(codesOf(answer)).toEqual(new Set(['decryption-failed']));
  });

  test('100 calls are served and 101 are not', async () => {
    const [on, tenantId] = await onboarded('edge');
    expectRefused(await post(on, tenantId, 'encrypt-batch', { items: plainItems(numbers(101)) }));
    const items = numbers(10).flatMap(() => plainItems(numbers(100)));
    const served = await post(on, tenantId, 'encrypt-batch', { items });
    expect([served.status, served.kmsCalls]).toEqual([200, 100]);
  });
});

test('what the cache answers costs nothing: 500 contexts, 100 at a time, then at once', async () => {
  await stack.client.onboard('warm');
  const items = await messages(stack, 'warm', 500);
  const again = await post(stack, 'warm', 'encrypt-batch', { items: plainItems(numbers(500)) });
  expect([again.status, again.kmsCalls]).toEqual([200, 0]);
  const more = await post(stack, 'warm', 'encrypt-batch', { items: plainItems(numbers(600)) });
  expect([more.status, more.kmsCalls]).toEqual([200, 100]);
  const [first, ...others] = items.slice(0, 101);
  await post(stack, 'warm', 'decrypt-batch', { items: [first] });
  const rest = await post(stack, 'warm', 'decrypt-batch', { items: [first, ...others] });
  expect([rest.status, rest.kmsCalls]).toEqual([200, 100]);
});

test('a full cache does not turn 100 new contexts into 1,000 calls', async () => {
  await stack.client.onboard('full');
  await messages(stack, 'full', 1000);
  const items = plainItems([...numbers(100, 1000), ...numbers(900)]);
  const answer = await post(stack, 'full', 'encrypt-batch', { items });
  expect([answer.status, answer.kmsCalls]).toEqual([200, 100]);
});

test('items that are wrong count nothing, and say what is wrong', async () => {
  await stack.client.onboard('wrong');
  const wrong = numbers(900).map((n) => ({ plaintext: '?', encryptionContext: { n: `${n}` } }));
  const items = [...plainItems(numbers(100)), ...wrong];
  const answer = await post(stack, 'wrong', 'encrypt-batch', { items });
  expect([answer.status, answer.kmsCalls]).toEqual([200, 100]);
  expect(codesOf(answer)).toEqual(new Set([undefined, 'bad-request']));
});

describe('decrypt-batch takes', () => {
  const judged = async (mode: string | undefined, ciphertexts: readonly string[]) => {
    const items = ciphertexts.map((ciphertext) => ({ ciphertext }));
    return post(stack, 'modes', 'decrypt-batch', { items, ...(mode !== undefined && { mode }) });
  };
  let message: string;
  let direct: string;
  beforeAll(async () => {
    await stack.client.onboard('modes');
    message = await stack.client.encrypt('modes', Buffer.from('x'));
    direct = await directCiphertext(stack, 'modes');
  });

  test.each([undefined, 'envelope'])(
    'messages only, unless the mode says direct: %s',
    async (mode) => {
      const { json } = await judged(mode, [message, direct]);
      expect(json.items).toMatchObject([
        { plaintext: 'eA==' },
        { error: { code: 'decryption-failed' } },
      ]);
    },
  );

  test('what kms:Encrypt gives only, where the mode says direct', async () => {
    const { CiphertextBlob } = await tenantKms(stack, 'modes').encrypt({
      KeyId: 'alias/tenant-keys/modes',
      Plaintext: Buffer.from('x'),
      EncryptionContext: { TenantId: 'modes' },
    });
    const bare = Buffer.from(CiphertextBlob as Uint8Array).toString('base64');
    const answer = await judged('direct', [direct, message, bare, 'eA==']);
    expect(answer.json.items).toMatchObject([
      { plaintext: 'eA==' },
      { error: { code: 'decryption-failed' } },
      { plaintext: 'eA==' },
      { error: { code: 'decryption-failed' } },
    ]);
    expect(answer.kmsCalls).toBe(2);
  });

  test('100 direct ciphertexts at most', async () => {
    expectRefused(await judged('direct', Array(101).fill(direct)));
    const answer = await judged('direct', Array(100).fill(direct));
    expect([answer.status, answer.kmsCalls]).toEqual([200, 100]);
    expect(codesOf(answer)).toEqual(new Set([undefined]));
  });

  test('no other mode', async () => {
    expectProblem(await judged('both', [message]), 400, 'bad-request');
  });
});
