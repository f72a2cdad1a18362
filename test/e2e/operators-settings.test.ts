/** A stack with every setting of an operator's does what one with the defaults does, and no more a second than it may. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { everySetting } from '../harness/operators-settings.ts';
import { startTestStack, type TestStack } from './test-stack.ts';

describe.each(Object.entries(everySetting))('%s', (_, settings) => {
  let stack: TestStack;
  beforeAll(async () => {
    const declared = { tenants: [{ tenantId: 'globex' }] };
    stack = await startTestStack({ ...settings, ...declared, apiRequestsPerSecond: 1 });
  });
  afterAll(() => stack.close());

  test('a tenant encrypts and decrypts, a neighbour is refused, and what is too much waits', async () => {
    const { client } = stack;
    const admin = await client.adminToken();
    const onboarded = await client.send('PUT', '/tenants/acme', { token: admin, body: {} });
    expect(onboarded.status).toBe(201);
    const acme = await client.tenantToken('acme');
    const globex = await client.tenantToken('globex');
    const post = (token: string, operation: string, body: object) =>
      client.send('POST', `/tenants/acme/${operation}`, { token, body });
    const encrypted = await post(acme, 'encrypt', { plaintext: 'aGVsbG8=' });
    const { ciphertext } = encrypted.json;
    const decrypted = await post(acme, 'decrypt', { ciphertext });
    expect(decrypted.json).toMatchObject({ plaintext: 'aGVsbG8=' });
    expect((await post(globex, 'decrypt', { ciphertext })).status).toBe(403);

    const burst = Array.from({ length: 40 }, () => post(acme, 'decrypt', { ciphertext }));
    const statuses = (await Promise.all(burst)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    expect(statuses.filter((status) => status === 200).length).toBeLessThanOrEqual(
      settings.apiBurstRequests + 5,
    );
  });
});
