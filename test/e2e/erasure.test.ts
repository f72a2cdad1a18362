/** From the first ciphertext to the proof that nothing opens it any more: over HTTP, with KMS's clock put forward. */

import { verify } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { certificateKey, signedCertificate } from '../../contract/certificates.ts';
import { signedBytes } from '../../lambdas/certificates/erasure-certificate.ts';
import { verifies } from '../harness/signature.ts';
import { type Control, startControl } from './control.ts';
import { expectProblem } from './problem.ts';
import type { TestStack } from './test-stack.ts';

let stack: TestStack;
let control: Control;
let ciphertext: string;
beforeAll(async () => {
  ({ stack, control } = await startControl());
});
afterAll(() => stack.close());

/** What an administrator can do who may write the table. */
async function setErased(tenantId: string, keyArn?: string) {
  const row = { TableName: stack.tableName, Key: { tenantId: { S: tenantId } } };
  await stack.administrator.dynamodb.updateItem({
    ...row,
    UpdateExpression: 'SET #status = :erased, erasedAt = :now',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: {
      ':erased': { S: 'ERASED' },
      ':now': { S: new Date().toISOString() },
    },
  });
  if (keyArn === undefined) return;
  await stack.administrator.dynamodb.updateItem({
    ...row,
    UpdateExpression: 'SET keyArn = :keyArn',
    ExpressionAttributeValues: { ':keyArn': { S: keyArn } },
  });
}

const certificate = (tenantId: string) => control.get(`/tenants/${tenantId}/erasure-certificate`);

test('a tenant lives: rotated, suspended, resumed, offboarded, restored, and its first ciphertext opens', async () => {
  await stack.client.onboard('acme');
  ciphertext = await stack.client.encrypt('acme', Buffer.from('first'));
  const token = await stack.client.tenantToken('acme');
  const body = { plaintext: Buffer.from('direct').toString('base64'), mode: 'direct' };
  const direct = await stack.client.send('POST', '/tenants/acme/encrypt', { token, body });
  const statuses: number[] = [];
  const went = async (step: Promise<{ readonly status: number }>) =>
    statuses.push((await step).status);
  for (let count = 0; count < 5; count += 1) {
    const { key } = (await control.get('/tenants/acme')).json;
    const body = { keyMaterialId: key.currentKeyMaterialId };
    await went(control.send('POST', '/tenants/acme/key/rotations', body));
  }
  await went(control.post('acme', 'suspend'));
  await went(control.post('acme', 'resume'));
  await went(control.offboard('acme'));
  await went(control.post('acme', 'restore'));
  expect(statuses).toEqual([202, 202, 202, 202, 202, 200, 200, 202, 200]);
  expect(await control.decrypt('acme', ciphertext)).toBe('first');
  expect(await control.decrypt('acme', direct.json.ciphertext)).toBe('direct');
});

test('before its end there is no certificate, only the date', async () => {
  const active = await certificate('acme');
  expectProblem(active, 409, 'tenant-not-erased');
  expect(active.json.detail).toBe('The tenant is ACTIVE.');
  const { deletionDate } = (await control.offboard('acme')).json;
  const answer = await certificate('acme');
  expectProblem(answer, 409, 'tenant-not-erased');
  expect(answer.json.detail).toContain(deletionDate);
});

test('a row that somebody sets to ERASED gives no certificate while KMS has the key', async () => {
  await stack.client.onboard('forged');
  await control.offboard('forged');
  await setErased('forged');
  const answer = await certificate('forged');
  expectProblem(answer, 409, 'tenant-not-erased');
  expect(answer.json.detail).toBe('KMS still has the key of the tenant. Nothing is certified.');
});

test('nor where the row names a key of another region, of which KMS knows nothing', async () => {
  await stack.client.onboard('elsewhere');
  await control.offboard('elsewhere');
  await setErased('elsewhere', 'arn:aws:kms:us-west-2:111122223333:key/none');
  const answer = await certificate('elsewhere');
  expectProblem(answer, 409, 'tenant-not-erased');
  expect(answer.json.detail).toBe(
    'The row of the tenant names no key of this account and region. Nothing is certified.',
  );
});

describe('once KMS has deleted the key', () => {
  beforeAll(async () => {
    await control.advance(31);
  });

  test('a restoration comes too late, whether or not that is written down already', async () => {
    expectProblem(await control.post('acme', 'restore'), 409, 'tenant-erased');
    const { json } = await control.get('/tenants/acme');
    expect([json.status, json.key.state]).toEqual(['OFFBOARDING', 'Missing']);
    await stack.run('reconciler');
    expectProblem(await control.post('acme', 'restore'), 409, 'tenant-erased');
  });

  test('nothing opens the ciphertext, and to its users the tenant never was', async () => {
    expect(await control.decrypt('acme', ciphertext)).toBe('tenant-not-found');
  });

  test('the tenant stays to be seen, and its id is not given again', async () => {
    const { status, json } = await control.get('/tenants/acme');
    expect([status, json.status, json.key.state]).toEqual([200, 'ERASED', 'Missing']);
    expect(json.erasedAt).toMatch(/Z$/);
    expectProblem(await control.put('acme'), 409, 'tenant-erased');
    expectProblem(await control.offboard('acme'), 409, 'tenant-erased');
    expectProblem(await control.get('/tenants/acme/key/rotations'), 409, 'tenant-erased');
  });
});

describe('the certificate', () => {
  const signed = async () => {
    const { json } = await certificate('acme');
    const { json: key } = await control.get('/certificate-key');
    expect(signedCertificate.safeParse(json).error).toBeUndefined();
    expect(certificateKey.safeParse(key).error).toBeUndefined();
    const { publicKey } = key;
    return { ...json, publicKey, signature: Buffer.from(json.signature, 'base64') };
  };

  test('says what was erased, by whom and when', async () => {
    const { certificate: said } = await signed();
    const { keyArn } = (await control.get('/tenants/acme')).json;
    expect(said).toMatchObject({
      type: 'tenant-keys/erasure-certificate/v1',
      tenantId: 'acme',
      keyArn,
      offboardedBy: 'test',
      windowInDays: 30,
      keyLastUsed: { operation: 'Decrypt' },
      kmsRequestId: expect.any(String),
      signingAlgorithm: 'ECDSA_SHA_256',
      signingKeyArn: (await control.get('/certificate-key')).json.keyArn,
    });
    expect(said.keyMaterialIds).toHaveLength(6);
    expect(said.signingKeyArn).not.toBe(keyArn);
  });

  test('is the same whenever it is asked for', async () => {
    expect((await signed()).certificate).toEqual((await signed()).certificate);
  });

  test('verifies, and with another byte anywhere it does not', async () => {
    const { certificate: said, signature, publicKey } = await signed();
    const bytes = signedBytes(said);
    expect(verify('sha256', bytes, publicKey, signature)).toBe(true);
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(bytes.readUInt8(at) ^ 1, at);
      expect(verify('sha256', changed, publicKey, signature)).toBe(false);
    }
  });

  test('verifies as the documentation says, by openssl too, and fails after a change', async () => {
    const { signature, publicKey, certificate: said } = await signed();
    expect(verifies(signedBytes(said), publicKey, signature)).toBe(true);
    const changed = signedBytes({ ...said, tenantId: 'globex' });
    expect(verifies(changed, publicKey, signature)).toBe(false);
  });

  test('is signed by nobody else, an administrator included', async () => {
    const { kms } = stack.administrator;
    const { keyArn: KeyId } = (await control.get('/certificate-key')).json;
    const sign = kms.sign({
      KeyId,
      Message: Buffer.from('forged'),
      SigningAlgorithm: 'ECDSA_SHA_256',
    });
    await expect(sign).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});
