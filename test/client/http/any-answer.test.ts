/** Whatever an answer is, a call ends: with a result that has its form, or with an error of the client's. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { TenantKeys, TenantKeysError } from '../../../client/tenant-keys.ts';

const bytes = new Uint8Array(40);

/** Near the API's own answers, so that most of the way is gone. */
const member = fc.constantFrom(
  ...['items', 'ciphertext', 'plaintext', 'wrappedDataKey', 'keyArn', 'events', 'nextCursor'],
  ...['tenantId', 'status', 'error', 'code', 'detail', 'keyMaterialId', 'format', '__proto__'],
);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('AAAA', '', 'AgR4AAAA', 'decryption-failed', null, true, 400),
    fc.jsonValue({ maxDepth: 1 }),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(member, tie('any'), { maxKeys: 5 }),
  ),
})).any;
const answers = fc.record({
  status: fc.constantFrom(...Array(10).fill(200), 201, 206, 400, 401, 403, 409, 413, 500, 502),
  type: fc.constantFrom(
    ...Array(5).fill('application/json'),
    ...['application/json; charset=utf-8', 'application/problem+json'],
    ...['application/octet-stream', 'text/html', ''],
  ),
  body: fc.oneof(
    fc.dictionary(member, value).map((json) => JSON.stringify(json)),
    fc.string(),
  ),
  requestId: fc.constantFrom('', 'x', '11111111-2222-3333-4444-555555555555'),
});

test('any answer to any call', async () => {
  const results = { given: 0, thrown: 0 };
  const property = fc.asyncProperty(answers, async ({ status, type, body, requestId }) => {
    const headers = { 'Content-Type': type, 'x-amzn-RequestId': requestId };
    const answer = async () => new Response(body, { status, headers });
    const keys = new TenantKeys({ url: 'https://api.example', token: 't', fetch: answer });
    const acme = keys.tenant('acme');
    const isBytes = (one: unknown) => one instanceof Uint8Array;
    const calls: [() => Promise<unknown>, (result: never) => boolean][] = [
      [() => acme.encrypt(bytes), isBytes],
      [() => acme.decrypt(bytes), isBytes],
      [() => acme.encrypt(new Uint8Array()), isBytes],
      [() => acme.decryptDataKey(bytes), (key: Uint8Array) => key.length === 32],
      [() => acme.dataKey(), ({ plaintext }: { plaintext: unknown }) => isBytes(plaintext)],
      [
        () => acme.reencrypt(bytes),
        ({ ciphertext }: { ciphertext: unknown }) => isBytes(ciphertext),
      ],
      [() => acme.encryptBatch([{ plaintext: bytes }]), (all: unknown[]) => all.length === 1],
      [() => acme.decryptBatch([{ ciphertext: bytes }]), (all: unknown[]) => all.length === 1],
      [() => acme.audit().next(), () => true],
      [() => keys.tenants.list().next(), () => true],
      [
        () => keys.tenants.get('acme'),
        ({ tenantId }: { tenantId: unknown }) => typeof tenantId === 'string',
      ],
    ];
    for (const [call, isRight] of calls) {
      try {
        expect(isRight((await call()) as never)).toBe(true);
        results.given++;
      } catch (error) {
        if (!(error instanceof TenantKeysError)) throw error;
        results.thrown++;
      }
    }
  });
  await fc.assert(property, { numRuns: 1000 });
  // Both ends were reached.
  expect(Math.min(results.given, results.thrown)).toBeGreaterThan(30);
});
