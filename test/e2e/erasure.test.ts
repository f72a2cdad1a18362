/** From the first ciphertext to the proof that nothing opens it any more: over HTTP, with KMS's clock put forward. */

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  certificateKeys,
  type SignedCertificate,
  signedCertificate,
} from '../../contract/certificates.ts';
import { statementOf } from '../../lambdas/certificates/canonical-json.ts';
import { documentedCheck } from '../harness/documented-check.ts';
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
  await control.put('acme', { displayName: 'Acme', legalName: 'Acme Corporation' });
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
  const signed = async (tenantId = 'acme') => {
    const { json } = await certificate(tenantId);
    const published = (await control.get('/certificate-key')).json;
    expect(signedCertificate.safeParse(json).error).toBeUndefined();
    expect(certificateKeys.safeParse(published).error).toBeUndefined();
    const { certificate: said, signatures } = json as SignedCertificate;
    const checked = signatures.map(({ keyArn, signature, signingAlgorithm }) => {
      const keys = published.keys as { readonly keyArn: string; readonly publicKey: string }[];
      const publicKey = keys.find((key) => key.keyArn === keyArn)?.publicKey ?? '';
      return { keyArn, signingAlgorithm, publicKey, signature: Buffer.from(signature, 'base64') };
    });
    return { said, checked };
  };

  test('says what was erased, by whom, when, for which stack, and what that does not cover', async () => {
    const { said } = await signed();
    const { keyArn } = (await control.get('/tenants/acme')).json;
    expect(said).toMatchObject({
      type: 'tenant-keys/erasure-certificate/v2',
      tenantId: 'acme',
      displayName: 'Acme',
      legalName: 'Acme Corporation',
      keyArn,
      offboardedBy: 'test',
      windowInDays: 30,
      keyLastUsed: { operation: 'Decrypt' },
      kmsRequestId: expect.any(String),
      issuedFor: { accountId: '111122223333', region: stack.region },
    });
    expect(said.keyMaterialIds).toHaveLength(6);
    expect(Date.now() - Date.parse(said.issuedAt)).toBeLessThan(60_000);
    expect(said.trail?.validate).toContain(said.trail?.trailArn);
    expect(said.notCovered.length).toBeGreaterThan(5);
    expect(said.signingKeys.map((key) => key.keyArn)).not.toContain(keyArn);
  });

  test('is the same whenever it is asked for, but for the time of issue', async () => {
    const { issuedAt: _, ...one } = (await signed()).said;
    const { issuedAt: __, ...other } = (await signed()).said;
    expect(one).toEqual(other);
  });

  test('is signed by each key that it names, and each key that is published', async () => {
    const { said, checked } = await signed();
    const names = checked.map(({ keyArn, signingAlgorithm }) => ({ keyArn, signingAlgorithm }));
    expect(names).toEqual(said.signingKeys);
    expect(names.map(({ signingAlgorithm }) => signingAlgorithm)).toEqual([
      'ECDSA_SHA_256',
      'ML_DSA_SHAKE_256',
    ]);
    const published = (await control.get('/certificate-key')).json.keys;
    expect(published.map((key: { keySpec: string }) => key.keySpec)).toEqual([
      'ECC_NIST_P256',
      'ML_DSA_65',
    ]);
  });

  test.each([0, 1])(
    'verifies as the documentation says, and after a change it does not: signature %i',
    async (at) => {
      const { said, checked } = await signed();
      const one = checked[at] as (typeof checked)[number];
      expect(verifies(statementOf(said), one)).toBe(true);
      expect(verifies(statementOf({ ...said, tenantId: 'globex' }), one)).toBe(false);
      expect(verifies(statementOf({ ...said, notCovered: [] }), one)).toBe(false);
      const other = checked[1 - at] as (typeof checked)[number];
      expect(() =>
        verifies(statementOf(said), { ...one, signature: other.signature }),
      ).not.toThrow();
      expect(verifies(statementOf(said), { ...one, signature: other.signature })).toBe(false);
    },
  );

  test('is checked by the script of docs/api.md, which says what is wrong', async () => {
    const { json } = await certificate('acme');
    const { json: published } = await control.get('/certificate-key');
    const run = (signed: object) => documentedCheck(signed, published);
    expect(run(json)).toEqual({
      status: 0,
      stdout: 'ECDSA_SHA_256 verified\nML_DSA_SHAKE_256 verified\n',
    });
    const forged = { ...json, certificate: { ...json.certificate, tenantId: 'globex' } };
    expect(run(forged).status).not.toBe(0);
    expect(run({ ...json, signatures: json.signatures.slice(0, 1) }).status).not.toBe(0);
  });

  test('is signed by nobody else, an administrator included', async () => {
    const { kms } = stack.administrator;
    const { keys } = (await control.get('/certificate-key')).json;
    for (const { keyArn: KeyId, signingAlgorithm: SigningAlgorithm } of keys) {
      const sign = kms.sign({ KeyId, Message: Buffer.from('forged'), SigningAlgorithm });
      await expect(sign).rejects.toMatchObject({ name: 'AccessDeniedException' });
    }
  });

  test('needs both keys: while one is disabled there is none, and no half signed one', async () => {
    const { kms } = stack.administrator;
    const { keys } = (await control.get('/certificate-key')).json;
    for (const { keyArn: KeyId } of keys) {
      await kms.disableKey({ KeyId });
      // The tenant's own key is gone: what is disabled is a key of the stack.
      const answer = await certificate('acme');
      expectProblem(answer, 409, 'key-unusable');
      expect(answer.json.detail).toMatch(/^A key that signs certificates is disabled/);
      await kms.enableKey({ KeyId });
    }
    expect((await certificate('acme')).status).toBe(200);
  });
});

test('without postQuantumSignature there is one key and one signature', async () => {
  const other = await startControl({ postQuantumSignature: false, trail: false });
  try {
    await other.stack.client.onboard('acme');
    await other.control.offboard('acme');
    await other.control.advance(31);
    await other.stack.run('reconciler');
    const { json } = await other.control.get('/tenants/acme/erasure-certificate');
    expect(json.signatures).toHaveLength(1);
    expect(json.certificate.signingKeys).toHaveLength(1);
    expect(json.certificate).not.toHaveProperty('trail');
    expect((await other.control.get('/certificate-key')).json.keys).toHaveLength(1);
  } finally {
    await other.stack.close();
  }
}, 60_000);
