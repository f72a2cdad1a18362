/**
 * The examples of docs/openapi.json: each request, sent to the local stack in this order, has the answer that it had
 * when it was written down, but for what differs from stack to stack. With UPDATE_EXAMPLES=1 they are written anew.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Operation } from '../../contract/routes.ts';
import { type Example, examplesFile } from '../../openapi/examples.ts';
import { plantMoved, plantPreviousKey } from './planted-keys.ts';
import { startTestStack, type TestStack } from './test-stack.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack({
    keyStores: { awsKmsExternal: { accounts: ['222222222222'] } },
  });
}, 120_000);
afterAll(() => stack?.close());

const base64 = (text: string) => Buffer.from(text).toString('base64');
const encryptionContext = { document: '7' };
const dayMs = 86_400_000;

test('the requests of the examples have answers like theirs', async () => {
  const told = await story();
  if (process.env.UPDATE_EXAMPLES === '1') {
    writeFileSync(examplesFile, `${JSON.stringify(told, null, 2)}\n`);
  }
  const kept = JSON.parse(readFileSync(examplesFile, 'utf8'));
  expect(formOf(told)).toEqual(formOf(kept));
}, 120_000);

/** Each operation once; what an answer gives, later requests use. */
async function story(): Promise<Record<Operation, Example>> {
  const told: Partial<Record<Operation, Example>> = {};
  const admin = await stack.client.adminToken();
  const auditor = await stack.client.token('tenant-keys/audit-all');
  const tenant = await stack.client.tenantToken('acme');

  async function tell(token: string, operation: Operation, route: string, request?: object) {
    const [method = '', path = ''] = route.split(' ');
    const { status, json } = await stack.client.send(method, path, {
      token,
      ...(request !== undefined && { body: request }),
    });
    told[operation] = { status, ...(request !== undefined && { request }), response: json };
    return json;
  }

  const own = '/tenants/acme';
  const onboarding = { displayName: 'Acme Corp', rotationPeriodInDays: 365 };
  await tell(admin, 'onboard', `PUT ${own}`, onboarding);
  await tell(admin, 'listKeyStores', 'GET /key-stores');
  await tell(admin, 'externalAccount', 'GET /tenants/globex/external-account');
  const plaintext = { plaintext: base64('Hello, Acme.'), encryptionContext };
  const { ciphertext } = await tell(tenant, 'encrypt', `POST ${own}/encrypt`, plaintext);
  const sealed = { ciphertext, encryptionContext };
  await tell(tenant, 'decrypt', `POST ${own}/decrypt`, sealed);
  const renamed = { ...sealed, newEncryptionContext: { document: '8' } };
  await tell(tenant, 'reencrypt', `POST ${own}/reencrypt`, renamed);
  const items = ['one', 'two'].map((text) => ({ plaintext: base64(text), encryptionContext }));
  const batch = await tell(tenant, 'encryptBatch', `POST ${own}/encrypt-batch`, { items });
  await tell(tenant, 'decryptBatch', `POST ${own}/decrypt-batch`, {
    items: [
      { ...batch.items[0], encryptionContext },
      { ...batch.items[1], encryptionContext: { document: '8' } },
    ],
  });
  const again = batch.items.map((item: object) => ({ ...item, encryptionContext }));
  await tell(tenant, 'reencryptBatch', `POST ${own}/reencrypt-batch`, { items: again });
  await tell(tenant, 'inspect', `POST ${own}/inspect`, { ciphertext });
  const dataKey = { encryptionContext };
  const { wrappedDataKey } = await tell(
    tenant,
    'generateDataKey',
    `POST ${own}/data-keys`,
    dataKey,
  );
  const wrapped = { wrappedDataKey, encryptionContext };
  await tell(tenant, 'decryptDataKey', `POST ${own}/data-keys/decrypt`, wrapped);
  const indexed = { purpose: 'user/email', value: base64('ada@example.com') };
  await tell(tenant, 'mac', `POST ${own}/mac`, indexed);
  await tell(tenant, 'setMacVersions', `PUT ${own}/mac-keys`, {
    purpose: 'user/email',
    versions: [1, 2],
  });
  await tell(tenant, 'rewrapMacKeys', `POST ${own}/mac-keys/rewrap`);
  await tell(tenant, 'macBatch', `POST ${own}/mac-batch`, {
    items: [indexed, { purpose: 'user/zip', value: base64('10115'), bits: 128 }],
  });
  const { key } = await tell(admin, 'read', `GET ${own}`);
  await tell(admin, 'list', 'GET /tenants');
  await tell(admin, 'update', `PATCH ${own}`, { legalName: 'Acme Corporation' });
  const current = { keyMaterialId: key.currentKeyMaterialId };
  await tell(admin, 'rotate', `POST ${own}/key/rotations`, current);
  await tell(admin, 'listRotations', `GET ${own}/key/rotations`);
  const period = { rotationPeriodInDays: 180 };
  await tell(admin, 'setRotation', `PUT ${own}/key/rotation`, period);
  await tell(admin, 'suspend', `POST ${own}/suspend`);
  await tell(admin, 'resume', `POST ${own}/resume`);
  await tell(admin, 'offboard', `DELETE ${own}?windowInDays=30&force=true`);
  await tell(admin, 'restore', `POST ${own}/restore`);
  await plantMoved(stack, 'umbrella');
  const back = { keyStore: 'aws-kms' };
  await tell(admin, 'changeKeyStore', 'POST /tenants/umbrella/key-store', back);
  await plantPreviousKey(stack, 'initech');
  const previous = '/tenants/initech/key-store/previous';
  await tell(admin, 'endPreviousKey', `DELETE ${previous}?windowInDays=30`);
  await tell(admin, 'restorePreviousKey', `POST ${previous}/restore`);
  await tell(auditor, 'certificateKey', 'GET /certificate-key');
  await stack.indexed();
  await tell(auditor, 'listEvents', `GET ${own}/audit?limit=3`);
  await tell(auditor, 'listAllEvents', 'GET /audit?limit=3');
  await stack.client.send('DELETE', `${own}?windowInDays=30&force=true`, { token: admin });
  stack.deployment.clock.advance(31 * dayMs);
  await stack.run('reconciler');
  await tell(auditor, 'erasureCertificate', `GET ${own}/erasure-certificate`);
  return told as Record<Operation, Example>;
}

/** Statuses, numbers, names and words stay; keys, ids, times, ciphertexts and signatures are of one stack. */
function formOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(formOf);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, formOf(one)]));
  }
  const isOfThisStack = typeof value === 'string' && (value.length > 20 || /\d{4}-/.test(value));
  return isOfThisStack ? 'text' : value;
}
