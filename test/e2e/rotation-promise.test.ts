/**
 * What a rotation promises, over HTTP, where KMS rotates some time after it has answered, as on AWS: the new key
 * material is used soon after it is current, and whoever comes again spends one rotation.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseMessage } from '../../lambdas/crypto/message/message-parser.ts';
import { type Control, controlOf } from './control.ts';
import { tenantKms } from './tenant-kms.ts';
import { startTestStack, type TestStack } from './test-stack.ts';

const registryTtlSeconds = 5;
/** Until a test says so: it puts KMS's clock forward. */
const rotationDays = 1;
let stack: TestStack;
let control: Control;
beforeAll(async () => {
  stack = await startTestStack(
    { registryTtlSeconds },
    { onDemandRotationMs: rotationDays * 86_400_000 },
  );
  control = controlOf(stack);
}, 60_000);
afterAll(() => stack.close());

const encrypt = async (tenantId: string) =>
  Buffer.from(await stack.client.encrypt(tenantId, Buffer.from('x')), 'base64');
const dataPlane = async (tenantId: string, operation: string, body: object) =>
  stack.client.send('POST', `/tenants/${tenantId}/${operation}`, {
    token: await stack.client.tenantToken(tenantId),
    body,
  });

/** @returns the id of the key material that a message's data key is wrapped by, as KMS says it */
async function materialOf(tenantId: string, message: Buffer): Promise<string> {
  const parsed = parseMessage(message);
  const { KeyMaterialId = '' } = await tenantKms(stack, tenantId).decrypt({
    CiphertextBlob: parsed?.wrappedDataKey.encryptedDataKey,
    EncryptionContext: { ...parsed?.encryptionContext },
  });
  return KeyMaterialId;
}

const currentOf = async (tenantId: string) =>
  (await control.get(`/tenants/${tenantId}`)).json.key.currentKeyMaterialId as string;
const callsOf = (operation: string, from = 0) =>
  stack.calls.slice(from).filter((call) => call.operation === operation).length;

describe('what is encrypted a window after KMS has the new material current', () => {
  test('is under it, caches warm; and before it KMS is asked once a window', async () => {
    await stack.client.onboard('acme');
    const first = await materialOf('acme', await encrypt('acme'));
    const { json: started } = await control.post('acme', 'key/rotations');
    expect(started).toMatchObject({
      supersededKeyMaterialId: first,
      currentKeyMaterialId: first,
      rotationsLeft: 24,
    });

    // At work in KMS: the old material goes on.
    const before = stack.calls.length;
    for (let window = 0; window < 3; window += 1) {
      stack.pass(registryTtlSeconds);
      for (let count = 0; count < 5; count += 1) {
        expect(await materialOf('acme', await encrypt('acme'))).toBe(first);
      }
    }
    expect(callsOf('GenerateDataKey', before)).toBe(3);

    await control.advance(rotationDays);
    const second = await currentOf('acme');
    expect(second).not.toBe(first);
    stack.pass(registryTtlSeconds);
    const after = stack.calls.length;
    for (let window = 0; window < 3; window += 1) {
      expect(await materialOf('acme', await encrypt('acme'))).toBe(second);
      stack.pass(registryTtlSeconds);
    }
    expect(callsOf('GenerateDataKey', after)).toBe(1);
  });

  test('is under it also after two rotations in a row, for functions that saw nothing of the first', async () => {
    await stack.client.onboard('asleep');
    const materials = [await materialOf('asleep', await encrypt('asleep'))];
    for (let count = 0; count < 2; count += 1) {
      const keyMaterialId = await currentOf('asleep');
      const path = '/tenants/asleep/key/rotations';
      expect((await control.send('POST', path, { keyMaterialId })).status).toBe(202);
      await control.advance(rotationDays);
    }
    stack.pass(registryTtlSeconds);
    materials.push(await materialOf('asleep', await encrypt('asleep')));
    expect(materials[1]).toBe(await currentOf('asleep'));
    expect(materials[1]).not.toBe(materials[0]);
  });

  test('is under it also of batches, and whatever is encrypted again', async () => {
    await stack.client.onboard('batch');
    const old = await encrypt('batch');
    const items = [{ plaintext: 'eA==' }, { plaintext: 'eQ==' }];
    await dataPlane('batch', 'encrypt-batch', { items });
    await control.post('batch', 'key/rotations');
    await control.advance(rotationDays);
    const current = await currentOf('batch');
    // Encrypted again at once: it never uses a data key that is in memory.
    const again = await dataPlane('batch', 'reencrypt', { ciphertext: old.toString('base64') });
    stack.pass(registryTtlSeconds);
    const { json } = await dataPlane('batch', 'encrypt-batch', { items });
    for (const { ciphertext } of [again.json, ...json.items]) {
      expect(await materialOf('batch', Buffer.from(ciphertext, 'base64'))).toBe(current);
    }
    const opened = await dataPlane('batch', 'decrypt', { ciphertext: old.toString('base64') });
    expect(opened.status).toBe(200);
  });
});

test('who rotates, waits until the tenant shows the new material and a window more, and encrypts all again, leaves nothing under the old', async () => {
  await stack.client.onboard('all');
  const messages: string[] = [];
  let isWriting = true;
  const writer = async () => {
    while (isWriting) {
      messages.push((await encrypt('all')).toString('base64'));
      await wait(5);
    }
  };
  const writers = Promise.all([writer(), writer()]);
  const { supersededKeyMaterialId } = (await control.post('all', 'key/rotations')).json;
  await wait(100);
  await control.advance(rotationDays);
  while ((await currentOf('all')) === supersededKeyMaterialId) await wait(10);
  // A pass of the functions' time: nobody waits five seconds for it.
  stack.pass(registryTtlSeconds);
  const toEncryptAgain = messages.splice(0);
  await wait(100);
  isWriting = false;
  await writers;
  for (const ciphertext of toEncryptAgain) {
    messages.push((await dataPlane('all', 'reencrypt', { ciphertext })).json.ciphertext);
  }
  const materials = await Promise.all(
    messages.map((message) => materialOf('all', Buffer.from(message, 'base64'))),
  );
  expect(new Set(materials)).toEqual(new Set([await currentOf('all')]));
});

describe('a client that comes again as it is told', () => {
  const spentOf = async (tenantId: string) =>
    25 - (await control.get(`/tenants/${tenantId}`)).json.key.onDemandRotationsLeft;

  test.each(['lost', 'error', 'timeout'] as const)(
    'after an answer of KMS that is %s spends one rotation at most',
    async (fault) => {
      const tenantId = `again-${fault}`;
      await stack.client.onboard(tenantId);
      const delay = fault === 'timeout' ? { delayMs: 10 } : {};
      stack.deployment.faults.set([
        { service: 'kms', operation: 'RotateKeyOnDemand', fault, count: 1, ...delay },
      ]);
      let answer = await control.post(tenantId, 'key/rotations');
      for (let count = 0; 'retry-after' in answer.headers && count < 5; count += 1) {
        answer = await control.post(tenantId, 'key/rotations');
      }
      const isKnown = fault === 'lost';
      expect([answer.status, answer.json.code]).toEqual(
        isKnown ? [202, undefined] : [409, 'rotation-unconfirmed'],
      );
      expect(await spentOf(tenantId)).toBe(isKnown ? 1 : 0);
    },
  );

  test('after its own answer was lost is told of the rotation that it began', async () => {
    await stack.client.onboard('deaf');
    const first = await control.post('deaf', 'key/rotations');
    const second = await control.post('deaf', 'key/rotations');
    expect([second.status, second.json]).toEqual([200, first.json]);
    await control.advance(rotationDays);
    expect((await control.post('deaf', 'key/rotations')).status).toBe(200);
    expect(await spentOf('deaf')).toBe(1);
  });
});
