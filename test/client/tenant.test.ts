/** A tenant's handle against the local stack: its data plane and its audit. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  AccessError,
  type AuditEvent,
  DecryptionFailedError,
  type TenantHandle,
  type TenantKeys,
  TenantStateError,
} from '../../client/tenant-keys.ts';
import { startTestStack, type TestStack } from '../e2e/test-stack.ts';
import { all, clientOf, eventually, thrown } from './harness.ts';

let stack: TestStack;
let keys: TenantKeys;
let acme: TenantHandle;

beforeAll(async () => {
  stack = await startTestStack();
  keys = clientOf(stack);
  await keys.tenants.onboard('acme');
  await keys.tenants.onboard('globex');
  acme = keys.tenant('acme');
});
afterAll(() => stack?.close());

const bytes = (text: string) => new TextEncoder().encode(text);
const context = { document: '7', title: 'Ünïcode ☃ "quoted" \\ \u007f \n\r\n' };

describe('encrypt and decrypt', () => {
  test.each<[string, Uint8Array, object]>([
    ['bytes', bytes('hello'), {}],
    ['under a context of any characters', bytes('hello'), { context }],
    [
      'under a context that is too long for a header',
      bytes('hello'),
      { context: { a: 'x'.repeat(3000) } },
    ],
    ['nothing', new Uint8Array(), { context }],
    ['in direct mode', bytes('hello'), { context, mode: 'direct' }],
    ['a Buffer that is a part of another', Buffer.from('__hello__').subarray(2, 7), {}],
    ['memory that threads share', new Uint8Array(new SharedArrayBuffer(8)), {}],
    ['4 MiB', new Uint8Array(4_194_304).fill(7), {}],
  ])('%s', async (_, plaintext, options) => {
    const ciphertext = await acme.encrypt(plaintext, options);
    expect(ciphertext.constructor).toBe(Uint8Array);
    const opened = await acme.decrypt(ciphertext, options);
    expect(opened.constructor).toBe(Uint8Array);
    expect(Buffer.compare(opened, plaintext)).toBe(0);
  });

  test('another tenant, another context and a changed byte are the same error', async () => {
    const ciphertext = await acme.encrypt(bytes('hello'), { context });
    const changed = Uint8Array.from(ciphertext);
    changed[changed.length - 1] = ~(changed.at(-1) as number);
    for (const attempt of [
      () => keys.tenant('globex').decrypt(ciphertext, { context }),
      () => acme.decrypt(ciphertext),
      () => acme.decrypt(changed, { context }),
      () => acme.decrypt(bytes('no ciphertext at all'), { context }),
    ]) {
      const error = await thrown(attempt());
      expect(error).toBeInstanceOf(DecryptionFailedError);
      expect(error).toMatchObject({ status: 400, code: 'decryption-failed' });
    }
  });

  test('the error leads to the logs', async () => {
    const error = (await thrown(acme.decrypt(bytes('x')))) as DecryptionFailedError;
    await stack.settled();
    expect(error.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(stack.logs.join('\n')).toContain(error.requestId as string);
  });

  test('more than 4 MiB is the error of the API, without a request', async () => {
    const error = await thrown(acme.encrypt(new Uint8Array(4_194_305)));
    expect(error).toMatchObject({ status: 413, code: 'too-large', requestId: undefined });
  });
});

test('a ciphertext is inspected, and encrypted again under another context', async () => {
  const ciphertext = await acme.encrypt(bytes('hello'), { context });
  const inspection = await acme.inspect(ciphertext);
  expect(inspection).toMatchObject({ format: 'envelope', isCurrent: true });
  const again = await acme.reencrypt(ciphertext, { context, newContext: { document: '8' } });
  expect(again.keyMaterialId).toBe(inspection.keyMaterialId);
  const opened = await acme.decrypt(again.ciphertext, { context: { document: '8' } });
  expect(Buffer.from(opened).toString()).toBe('hello');
});

test('a data key is given, and its wrapped form opens to the same under its context alone', async () => {
  const { keyProviderId, keyName, wrapped, plaintext } = await acme.dataKey({ context });
  expect(keyProviderId).toBe('aws-kms');
  expect(keyName).toMatch(/^arn:aws:kms:/);
  expect(plaintext).toHaveLength(32);
  expect(await acme.decryptDataKey(wrapped, { context })).toEqual(plaintext);
  await expect(acme.decryptDataKey(wrapped)).rejects.toThrow(DecryptionFailedError);
  const alone = await acme.wrappedDataKey({ context });
  expect(Object.keys(alone).sort()).toEqual(['keyName', 'keyProviderId', 'wrapped']);
  expect(await acme.decryptDataKey(alone.wrapped, { context })).toHaveLength(32);
});

test('an actor and a label are in the audit, which ends by itself', async () => {
  const label = `ticket ${Math.random()}`;
  await acme.encrypt(bytes('hello'), { actor: 'jane@example.com', label });
  const found = await eventually(async () => {
    const query = { actor: 'jane@example.com', limit: 1, label: 'who looks' };
    const events: AuditEvent[] = await all(acme.audit(query));
    return events.find((event) => event.kind === 'request' && event.label === label);
  });
  expect(found).toMatchObject({ operation: 'encrypt', principal: 'test client' });
});

test('an auditor has the events of all tenants, and a tenant has not', async () => {
  const audited = async (one: TenantKeys) => {
    for await (const event of one.auditAll({ kind: 'request', limit: 2 })) {
      if (event.kind === 'request' && event.operation === 'onboard') return event;
    }
    return undefined;
  };
  const found = await eventually(() => audited(keys));
  expect(found).toMatchObject({ principal: 'test client' });
  const token = await stack.client.token('tenant-keys/audit', 'acme');
  const tenant = clientOf(stack, { token, credentials: undefined });
  await expect(audited(tenant)).rejects.toThrow(AccessError);
});

describe('what is refused', () => {
  test('a suspended tenant, by its state', async () => {
    await keys.tenants.onboard('initech');
    await keys.tenants.suspend('initech');
    const error = await thrown(keys.tenant('initech').encrypt(bytes('x')));
    expect(error).toBeInstanceOf(TenantStateError);
    expect(error).toMatchObject({ status: 409, code: 'tenant-suspended' });
  });

  test('a tenant that there is not', async () => {
    await expect(keys.tenant('nobody').encrypt(bytes('x'))).rejects.toMatchObject({
      status: 404,
      code: 'tenant-not-found',
    });
  });

  test("another tenant's token", async () => {
    const token = await stack.client.tenantToken('globex');
    const other = clientOf(stack, { token, credentials: undefined });
    await expect(other.tenant('acme').encrypt(bytes('x'))).rejects.toThrow(AccessError);
  });
});
