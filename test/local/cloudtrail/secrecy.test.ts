/** Property: no secret bytes that KMS got or gave are in any event. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { kmsRequest, send, signed } from '../aws/harness.ts';
import { account } from '../small-template.ts';
import { openTrailed, outcomeOf, type Trailed } from './harness.ts';

let stack: Trailed;
beforeAll(async () => {
  stack = await openTrailed();
});
afterAll(() => stack.deployment.close());

const SigningAlgorithm = 'ECDSA_SHA_256';

/** Uses the bytes in every way: allowed, refused, throttled, under a disabled key, tampered with. @returns all that must stay secret */
async function useOf(plaintext: Uint8Array): Promise<Uint8Array[]> {
  const { kms, as, key, signingKey } = stack;
  const KeyId = await key();
  const stranger = as('Stranger', 'acme');
  const ciphertext = (await kms.encrypt({ KeyId, Plaintext: plaintext }))
    .CiphertextBlob as Uint8Array;
  const data = await kms.generateDataKey({ KeyId, NumberOfBytes: 32 });
  const { Plaintext: dataKey, CiphertextBlob: wrappedKey } = data;
  const moved = await kms.reEncrypt({ CiphertextBlob: ciphertext, DestinationKeyId: KeyId });
  await kms.decrypt({ CiphertextBlob: ciphertext });
  const random = await kms.generateRandom({ NumberOfBytes: 32 });
  const message = { KeyId: signingKey, Message: plaintext, SigningAlgorithm } as const;
  const { Signature } = await kms.sign(message);
  await kms.verify({ ...message, Signature });
  const spoiled = ciphertext.map((byte, index) =>
    index === ciphertext.length - 1 ? byte ^ 1 : byte,
  );
  const failing = [
    () => kms.decrypt({ CiphertextBlob: spoiled }),
    () => kms.decrypt({ CiphertextBlob: ciphertext, EncryptionContext: { a: 'b' } }),
    () => kms.verify({ ...message, Signature: plaintext }),
    () => stranger.encrypt({ KeyId, Plaintext: plaintext }),
    () => stranger.decrypt({ CiphertextBlob: ciphertext }),
    () => kms.encrypt({ KeyId: 'no key', Plaintext: plaintext }),
  ];
  for (const call of failing) expect(await outcomeOf(call())).not.toBe('success');
  stack.deployment.faults.set([{ service: 'kms', operation: '*', fault: 'throttle' }]);
  await outcomeOf(kms.encrypt({ KeyId, Plaintext: plaintext }));
  stack.deployment.faults.clear();
  await kms.disableKey({ KeyId });
  await outcomeOf(kms.decrypt({ CiphertextBlob: ciphertext }));
  const digest = createHash('sha256').update(plaintext).digest();
  return [
    plaintext,
    ciphertext,
    spoiled,
    dataKey,
    wrappedKey,
    moved.CiphertextBlob,
    random.Plaintext,
    Signature,
    digest,
  ].map((bytes) => bytes as Uint8Array);
}

const spellings = (bytes: Uint8Array): string[] => {
  const buffer = Buffer.from(bytes);
  return [buffer.toString('base64'), buffer.toString('base64url'), buffer.toString('hex')];
};

test('no plaintext, data key, ciphertext, message or signature is in any event', async () => {
  // From 12 bytes on none can be in an event by chance.
  const bytes = fc.uint8Array({ minLength: 12, maxLength: 64 });
  await fc.assert(
    fc.asyncProperty(bytes, async (plaintext) => {
      const secrets = await useOf(plaintext);
      const trail = JSON.stringify(stack.events).toLowerCase();
      for (const secret of secrets.flatMap(spellings)) {
        expect(trail).not.toContain(secret.toLowerCase());
      }
      stack.events.length = 0;
    }),
    { numRuns: 25 },
  );
}, 60_000);

test.each([
  ['a member of the wrong type', { KeyId: { Plaintext: 'c2VjcmV0LXNlY3JldA==' } }],
  ['a member that the operation does not have', { Secret: 'c2VjcmV0LXNlY3JldA==' }],
  ['a blob that is none', { Plaintext: 'c2VjcmV0LXNlY3JldA=' }],
  [
    'a blob that is too long',
    { Plaintext: 'c2VjcmV0LXNlY3JldA=='.repeat(400).replaceAll('==', 'AA') },
  ],
])('what stands in %s is not recorded', async (_where, members) => {
  const { url, operator } = stack.deployment;
  const KeyId = await stack.key();
  const body = JSON.stringify({ KeyId, Plaintext: 'eA==', ...members });
  const request = await signed(kmsRequest(url, body, 'Encrypt'), operator, {
    region: account.region,
  });
  await send(url, request);
  expect(stack.last().eventName).toBe('Encrypt');
  expect(JSON.stringify(stack.events)).not.toContain('c2VjcmV0');
});
