/**
 * The recipe of docs/operations.md, "After a rotation: encrypt everything again": a job that may be stopped anywhere
 * knows what is left, and when it is done.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Control, startControl } from './control.ts';
import { expectProblem } from './problem.ts';
import type { TestStack } from './test-stack.ts';

let stack: TestStack;
let control: Control;
beforeAll(async () => {
  ({ stack, control } = await startControl({ reconcileEveryMinutes: 1440, trail: false }));
  await Promise.all(['acme', 'globex'].map((id) => stack.client.onboard(id)));
}, 60_000);
afterAll(() => stack.close());

const post = async (operation: string, body: object, tenantId = 'acme') =>
  stack.client.send('POST', `/tenants/${tenantId}/${operation}`, {
    token: await stack.client.tenantToken(tenantId),
    body,
  });
const base64 = (text: string) => Buffer.from(text).toString('base64');
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
const kmsCalls = (from: number) => stack.calls.slice(from).filter((one) => one.service === 'kms');

/** A row of the caller's own table. */
interface Stored {
  readonly encryptionContext: Readonly<Record<string, string>>;
  ciphertext: string;
  keyMaterialId?: string;
}

async function stored(count: number, contextOf: (n: number) => Record<string, string>) {
  const items = numbers(count).map((n) => ({
    plaintext: base64(`row ${n}`),
    encryptionContext: contextOf(n),
  }));
  const { json } = await post('encrypt-batch', { items });
  return items.map(({ encryptionContext }, at): Stored => {
    return { encryptionContext, ciphertext: json.items[at].ciphertext };
  });
}

test('the job: everything is under the new key material, and each row says so; the second run has nothing to do', async () => {
  const rows = await stored(250, (n) => ({ customer: `${n % 5}` }));
  const { supersededKeyMaterialId } = (await control.post('acme', 'key/rotations')).json;
  const { key } = (await control.get('/tenants/acme')).json;
  expect(key.currentKeyMaterialId).not.toBe(supersededKeyMaterialId);

  const run = async (stopAfter: number) => {
    let batches = 0;
    for (;;) {
      const left = rows.filter(({ keyMaterialId }) => keyMaterialId !== key.currentKeyMaterialId);
      const part = left.slice(0, 100);
      if (part.length === 0 || batches === stopAfter) return left.length;
      const items = part.map(({ ciphertext, encryptionContext }) => ({
        ciphertext,
        encryptionContext,
      }));
      const { status, json } = await post('reencrypt-batch', { items });
      expect(status).toBe(200);
      for (const [at, row] of part.entries()) {
        const { ciphertext, keyMaterialId } = json.items[at];
        Object.assign(row, { ciphertext, keyMaterialId });
      }
      batches += 1;
    }
  };
  expect(await run(1)).toBe(150);
  expect(await run(Number.POSITIVE_INFINITY)).toBe(0);

  for (const { ciphertext, encryptionContext } of [rows[0], rows[249]] as Stored[]) {
    const { json } = await post('inspect', { ciphertext, encryptionContext });
    expect(json).toMatchObject({ isCurrent: true });
  }
  const items = rows.map(({ ciphertext, encryptionContext }) => ({
    ciphertext,
    encryptionContext,
  }));
  const opened = await post('decrypt-batch', { items });
  expect(opened.json.items).toEqual(numbers(250).map((n) => ({ plaintext: base64(`row ${n}`) })));
});

describe('a batch that is encrypted again', () => {
  test('costs a call for each data key that is unwrapped, and one for each context', async () => {
    const rows = await stored(60, (n) => ({ customer: `cost ${n % 3}` }));
    const items = rows.map(({ ciphertext, encryptionContext }) => ({
      ciphertext,
      encryptionContext,
    }));
    const from = stack.calls.length;
    const { json } = await post('reencrypt-batch', { items });
    expect(json.items).toHaveLength(60);
    const operations = kmsCalls(from).map(({ operation }) => operation);
    expect(operations.sort()).toEqual([
      ...Array(3).fill('Decrypt'),
      ...Array(3).fill('GenerateDataKey'),
    ]);
  });

  test('says for each item what is wrong with it, in order, and does the others', async () => {
    const [own] = await stored(1, () => ({ document: '7' }));
    const foreign = await stack.client.encrypt('globex', Buffer.from('x'));
    const { ciphertext } = own as Stored;
    const encryptionContext = { document: '7' };
    const { status, json } = await post('reencrypt-batch', {
      items: [
        { ciphertext: foreign },
        { ciphertext, encryptionContext },
        { ciphertext },
        { ciphertext: 'not base64', encryptionContext },
        { ciphertext, encryptionContext, newEncryptionContext: { TenantId: 'globex' } },
        { ciphertext, encryptionContext, newEncryptionContext: { document: '8' } },
        'no object',
        null,
      ],
    });
    expect(status).toBe(200);
    expect(
      json.items.map((item: { error?: { code: string } }) => item.error?.code ?? 'done'),
    ).toEqual([
      'decryption-failed',
      'done',
      'decryption-failed',
      'bad-request',
      'bad-request',
      'done',
      'bad-request',
      'bad-request',
    ]);
    const moved = { ciphertext: json.items[5].ciphertext, encryptionContext: { document: '8' } };
    expect((await post('decrypt', moved)).json).toEqual({ plaintext: base64('row 0') });
    expectProblem(await post('decrypt', { ...moved, encryptionContext }), 400, 'decryption-failed');
  });

  test('in direct mode takes what kms:Encrypt gives, and no plaintext leaves KMS', async () => {
    const direct = (await post('encrypt', { plaintext: base64('x'), mode: 'direct' })).json;
    const message = await stack.client.encrypt('acme', Buffer.from('x'));
    const from = stack.calls.length;
    const { json } = await post('reencrypt-batch', {
      mode: 'direct',
      items: [direct, { ciphertext: message }, { ...direct, newEncryptionContext: { a: 'b' } }],
    });
    expect(kmsCalls(from).map(({ operation }) => operation)).toEqual(['ReEncrypt', 'ReEncrypt']);
    expect(json.items[1].error.code).toBe('decryption-failed');
    const { ciphertext, keyMaterialId, sourceKeyMaterialId } = json.items[2];
    expect(keyMaterialId).toBe(sourceKeyMaterialId);
    const opened = await post('decrypt', { ciphertext, encryptionContext: { a: 'b' } });
    expect(opened.json).toEqual({ plaintext: base64('x') });
  });

  test('goes on with no data key that was in memory, which may be under the old key material', async () => {
    const on = await startControl({ dataKeyMaxAgeSeconds: 300, registryTtlSeconds: 60 });
    try {
      await on.stack.client.onboard('warm');
      const ciphertext = await on.stack.client.encrypt('warm', Buffer.from('x'));
      await on.control.post('warm', 'key/rotations');
      const { key } = (await on.control.get('/tenants/warm')).json;
      const token = await on.stack.client.tenantToken('warm');
      const { json } = await on.stack.client.send('POST', '/tenants/warm/reencrypt-batch', {
        token,
        body: { items: [{ ciphertext }] },
      });
      expect(json.items[0].keyMaterialId).toBe(key.currentKeyMaterialId);
      expect(json.items[0].sourceKeyMaterialId).not.toBe(key.currentKeyMaterialId);
    } finally {
      await on.stack.close();
    }
  }, 60_000);

  test.each([
    ['no items', {}, 400, 'bad-request'],
    ['1,001 items', { items: Array(1001).fill({ ciphertext: '' }) }, 400, 'bad-request'],
    ['another mode', { items: [{ ciphertext: '' }], mode: 'both' }, 400, 'bad-request'],
    [
      'contexts that make the answer too large',
      {
        items: Array(1000).fill({
          ciphertext: 'AgR4',
          newEncryptionContext: { a: 'x'.repeat(5500) },
        }),
      },
      413,
      'too-large',
    ],
    [
      '101 direct ciphertexts',
      { items: Array(101).fill({ ciphertext: 'x'.repeat(80) }), mode: 'direct' },
      400,
      'too-many-kms-calls',
    ],
  ])('of %s is refused before any call', async (_, body, status, code) => {
    const from = stack.calls.length;
    expectProblem(await post('reencrypt-batch', body), status, code);
    expect(kmsCalls(from)).toEqual([]);
  });

  test('while KMS throttles is a 503, not a batch of errors', async () => {
    const ciphertext = await stack.client.encrypt('acme', Buffer.from('x'), { n: 'throttled' });
    const items = [{ ciphertext, encryptionContext: { n: 'throttled' } }];
    for (const operation of ['Decrypt', 'GenerateDataKey']) {
      stack.deployment.faults.set([{ service: 'kms', operation, fault: 'throttle' }]);
      expectProblem(await post('reencrypt-batch', { items }), 503, 'unavailable');
      stack.deployment.faults.clear();
    }
    expect((await post('reencrypt-batch', { items })).json.items[0].error).toBeUndefined();
  });
});
