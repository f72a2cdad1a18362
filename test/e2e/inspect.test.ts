/**
 * A ciphertext can be told of without its plaintext: what it is, and which key material it is under. Nobody learns more
 * by it than by decrypting.
 */
import { buildClient, CommitmentPolicy, KmsKeyringNode } from '@aws-crypto/client-node';
import { KMS } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Answer } from './client.ts';
import { type Control, controlOf } from './control.ts';
import { expectProblem, uniformBody } from './problem.ts';
import { startTestStack, type TestStack } from './test-stack.ts';

let stack: TestStack;
let control: Control;
let keyArn: string;
beforeAll(async () => {
  stack = await startTestStack({ reconcileEveryMinutes: 1440 });
  control = controlOf(stack);
  ({ keyArn } = await stack.client.onboard('acme'));
  await stack.client.onboard('globex');
}, 60_000);
afterAll(() => stack.close());

const plaintext = Buffer.from('nobody sees this').toString('base64');
const context = { document: '7', a: 'b' };
async function post(operation: string, body: object, tenantId = 'acme'): Promise<Answer> {
  const token = await stack.client.tenantToken(tenantId);
  return stack.client.send('POST', `/tenants/${tenantId}/${operation}`, { token, body });
}
const encrypted = async (mode: string, encryptionContext?: object, tenantId?: string) =>
  (await post('encrypt', { plaintext, mode, encryptionContext }, tenantId)).json.ciphertext;
const inspect = (ciphertext: string, encryptionContext?: object, tenantId?: string) =>
  post('inspect', { ciphertext, encryptionContext }, tenantId);
const current = async () =>
  (await control.get('/tenants/acme')).json.key.currentKeyMaterialId as string;
const kmsCalls = (from: number) =>
  stack.calls
    .slice(from)
    .filter(({ service }) => service === 'kms')
    .map(({ operation }) => operation);

describe('what is told of', () => {
  test('a message: all that it carries in the clear, and its key material', async () => {
    const { status, json } = await inspect(await encrypted('envelope', context));
    const keyMaterialId = await current();
    expect([status, json]).toEqual([
      200,
      {
        format: 'envelope',
        keyArn,
        keyMaterialId,
        currentKeyMaterialId: keyMaterialId,
        isCurrent: true,
        algorithmSuite: 'ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY',
        encryptionContextKeys: ['a', 'document'],
      },
    ]);
  });

  test('what kms:Encrypt gives, whose context the caller must know', async () => {
    const ciphertext = await encrypted('direct', context);
    const { json } = await inspect(ciphertext, context);
    expect(Object.keys(json).sort()).toEqual(
      ['currentKeyMaterialId', 'format', 'isCurrent', 'keyArn', 'keyMaterialId'].sort(),
    );
    expect(json).toMatchObject({ format: 'direct', keyArn, isCurrent: true });
    expectProblem(await inspect(ciphertext), 400, 'decryption-failed');
  });

  test('a wrapped data key of a client, which is such a ciphertext', async () => {
    const { json } = await post('data-keys', { encryptionContext: context });
    const told = await inspect(json.wrappedDataKey, context);
    expect(told.json).toMatchObject({ format: 'direct', isCurrent: true });
  });

  test('raw bytes, with the context in the header', async () => {
    const ciphertext = Buffer.from(await encrypted('direct', context), 'base64');
    const { status, json } = await stack.client.send('POST', '/tenants/acme/inspect', {
      token: await stack.client.tenantToken('acme'),
      body: ciphertext,
      headers: {
        'Content-Type': 'application/octet-stream',
        'Encryption-Context': JSON.stringify(context),
      },
    });
    expect([status, json.format]).toEqual([200, 'direct']);
  });

  test('a message that another SDK has signed, by its defaults', async () => {
    const { encrypt } = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);
    const role = [...stack.deployment.roles.values()].find(({ name }) =>
      name.includes('TenantRole'),
    );
    const credentials = stack.deployment.issue(role as NonNullable<typeof role>, 'acme', {
      TenantId: 'acme',
    });
    const keyring = new KmsKeyringNode({
      generatorKeyId: keyArn,
      clientProvider: (region) => new KMS({ region, endpoint: stack.aws, credentials }) as never,
    });
    const encryptionContext = { TenantId: 'acme', ...context };
    const { result } = await encrypt(keyring, 'x', { encryptionContext });
    const { json } = await inspect(Buffer.from(result).toString('base64'), context);
    expect(json).toMatchObject({
      algorithmSuite: 'ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384',
      encryptionContextKeys: ['a', 'document'],
      isCurrent: true,
    });
  });

  test.each([
    ['envelope', ['Decrypt', 'ReEncrypt'], ['ReEncrypt']],
    ['direct', ['ReEncrypt'], ['ReEncrypt']],
  ])(
    '%s: costs these calls of KMS, and with its data key in memory those',
    async (mode, first, again) => {
      const ciphertext = await encrypted(mode, { cost: mode });
      for (const calls of [first, again]) {
        const from = stack.calls.length;
        const answer = await inspect(ciphertext, { cost: mode });
        expect(kmsCalls(from)).toEqual(calls);
        expect(answer.text).not.toContain(plaintext);
      }
    },
  );
});

describe('after a rotation', () => {
  test.each(['envelope', 'direct'])('%s: what is left is told from what is done', async (mode) => {
    const before = await current();
    const ciphertext = await encrypted(mode, context);
    await control.send('POST', '/tenants/acme/key/rotations', { keyMaterialId: before });
    const now = await current();
    expect(now).not.toBe(before);
    expect((await inspect(ciphertext, context)).json).toMatchObject({
      keyMaterialId: before,
      currentKeyMaterialId: now,
      isCurrent: false,
    });
    const again = await post('reencrypt', { ciphertext, encryptionContext: context });
    expect(again.json).toMatchObject({ keyMaterialId: now, sourceKeyMaterialId: before });
    expect((await inspect(again.json.ciphertext, context)).json.isCurrent).toBe(true);
    const once = { ciphertext: again.json.ciphertext, encryptionContext: context };
    // Of what is current already it makes another ciphertext, and says that nothing was left to do.
    const twice = await post('reencrypt', once);
    expect(twice.json).toMatchObject({ keyMaterialId: now, sourceKeyMaterialId: now });
    expect(twice.json.ciphertext).not.toBe(again.json.ciphertext);
  });
});

describe('the one refusal, as of decrypt', () => {
  const seen = ({ status, json }: Answer) => [status, uniformBody(json)];
  let refusal: unknown;
  beforeAll(async () => {
    refusal = seen(await post('decrypt', { ciphertext: 'eA==' }));
  });
  const changed = (ciphertext: string, from: string, to: string) => {
    const bytes = Buffer.from(ciphertext, 'base64');
    const at = bytes.indexOf(from);
    expect(at).toBeGreaterThan(0);
    bytes.write(to, at);
    return bytes.toString('base64');
  };

  test.each([
    ['envelope', 'a wrong context', async () => [await encrypted('envelope', context), {}]],
    ['envelope', "a neighbour's", async () => [await encrypted('envelope', context, 'globex')]],
    ['direct', 'a wrong context', async () => [await encrypted('direct', context), { a: 'b' }]],
    [
      'direct',
      "a neighbour's",
      async () => [await encrypted('direct', context, 'globex'), context],
    ],
    ['nothing', 'empty', async () => ['']],
    ['nothing', 'garbage', async () => [Buffer.alloc(200, 1).toString('base64')]],
    [
      'envelope',
      "a neighbour's, renamed to this tenant's key",
      async () => {
        const globex = (await control.get('/tenants/globex')).json.keyArn;
        return [changed(await encrypted('envelope', context, 'globex'), globex, keyArn)];
      },
    ],
  ] as [string, string, () => Promise<[string, object?]>][])('%s: %s', async (_, __, make) => {
    const [ciphertext, encryptionContext] = await make();
    expect(seen(await inspect(ciphertext, encryptionContext))).toEqual(refusal);
  });

  test.each([
    ['another tenant', 'acme', 'evil'],
    ['another spelling of the tenant', 'TenantId', 'tenantId'],
    ['a name that belongs to the SDK', 'documents-of', 'aws-crypto-x'],
  ])('a message that carries %s, without a call of KMS', async (_, from, to) => {
    const ciphertext = await encrypted('envelope', { 'documents-of': 'x' });
    const forged = changed(ciphertext, from, to);
    const before = stack.calls.length;
    expect(seen(await inspect(forged))).toEqual(refusal);
    expect(kmsCalls(before)).toEqual([]);
  });

  test('a message that was changed or cut anywhere', async () => {
    const ciphertext = Buffer.from(await encrypted('envelope', context), 'base64');
    expect((await inspect(ciphertext.toString('base64'))).status).toBe(200);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: ciphertext.length - 1 }),
        fc.integer({ min: 0, max: 7 }),
        fc.integer({ min: 0, max: ciphertext.length - 1 }),
        async (at, bit, length) => {
          const flipped = Buffer.from(ciphertext);
          flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << bit), at);
          for (const bytes of [flipped, ciphertext.subarray(0, length)]) {
            const answer = await inspect(bytes.toString('base64'));
            expect(seen(answer)).toEqual(refusal);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  test('needs the right to encrypt and decrypt, for this tenant', async () => {
    const ciphertext = await encrypted('envelope');
    const { client } = stack;
    for (const token of [
      await client.tenantToken('globex'),
      await client.adminToken(),
      await client.token('tenant-keys/audit', 'acme'),
      await client.token('tenant-keys/audit-all'),
    ]) {
      const answer = await client.send('POST', '/tenants/acme/inspect', {
        token,
        body: { ciphertext },
      });
      expectProblem(answer, 403, 'forbidden');
    }
  });

  test('a suspended tenant is told nothing', async () => {
    await stack.client.onboard('paused');
    const ciphertext = await encrypted('envelope', undefined, 'paused');
    await control.post('paused', 'suspend');
    stack.pass(10);
    expectProblem(await inspect(ciphertext, undefined, 'paused'), 409, 'tenant-suspended');
  });
});

test('it is an event of the tenant, with its call of KMS, and counts as nothing that was decrypted', async () => {
  const { headers } = await inspect(await encrypted('direct'), {});
  expect(headers).toBeDefined();
  await stack.indexed();
  const token = await stack.client.token('tenant-keys/audit', 'acme');
  const { json } = await stack.client.send('GET', '/tenants/acme/audit?limit=1000', { token });
  const requests = json.events.filter(
    (event: { kind: string; operation: string; outcome: string }) =>
      event.kind === 'request' && event.operation === 'inspect' && event.outcome === 'succeeded',
  );
  const [call] = requests.at(-1).kmsCalls;
  const kms = json.events.filter(
    ({ kind, requestId }: { kind: string; requestId: string }) =>
      kind === 'kms' && requestId === call.requestId,
  );
  expect(kms.map(({ operation }: { operation: string }) => operation)).toEqual(['ReEncrypt']);
});
