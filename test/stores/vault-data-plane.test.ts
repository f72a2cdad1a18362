/** Cryptography of tenants whose keys are in a real OpenBao, over the API. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { setUpVault, vaultContext, vaultServer } from '../../local/vault-setup.ts';
import { type Control, controlOf } from '../e2e/control.ts';
import { expectProblem } from '../e2e/problem.ts';
import { startTestStack, type TestStack } from '../e2e/test-stack.ts';
import { type Bao, startBao } from './bao.ts';

let bao: Bao;
let stack: TestStack;
let control: Control;
beforeAll(async () => {
  bao = await startBao();
  const server = await vaultServer('sts', bao.env);
  stack = await startTestStack(vaultContext(server));
  await setUpVault(server, stack);
  control = controlOf(stack);
  for (const tenant of ['acme', 'globex']) await control.put(tenant, { keyStore: 'vault' });
}, 240_000);
afterAll(async () => {
  await stack?.close();
  await bao?.stop();
});

const encryptionContext = { document: '7' };
const plaintext = Buffer.from('Hello, Acme.').toString('base64');

const crypto = async (operation: string, body: object, tenant = 'acme') => {
  const token = await stack.client.tenantToken(tenant);
  return stack.client.send('POST', `/tenants/${tenant}/${operation}`, { token, body });
};
/** A read of the row counts for five seconds. */
const rowIsReadAnew = () => stack.pass(6);

let message: string;

test('it encrypts and decrypts, in batches, with data keys and hashes, as any tenant does', async () => {
  const encrypted = await crypto('encrypt', { plaintext, encryptionContext });
  expect(encrypted.status).toBe(200);
  message = encrypted.json.ciphertext;
  expect(Buffer.from(message, 'base64').includes('hashicorp-vault')).toBe(true);
  const opened = await crypto('decrypt', { ciphertext: message, encryptionContext });
  expect(opened.json).toEqual({ plaintext });
  const other = await crypto('decrypt', {
    ciphertext: message,
    encryptionContext: { document: '8' },
  });
  expectProblem(other, 400, 'decryption-failed');
  const items = ['a', 'b', 'c'].map((name) => ({ plaintext, encryptionContext: { name } }));
  const batch = await crypto('encrypt-batch', { items });
  const back = await crypto('decrypt-batch', {
    items: batch.json.items.map(({ ciphertext }: { ciphertext: string }, at: number) => ({
      ciphertext,
      encryptionContext: items[at]?.encryptionContext,
    })),
  });
  expect(back.json.items).toEqual(items.map(() => ({ plaintext })));
  const dataKey = await crypto('data-keys', { encryptionContext });
  expect(dataKey.json).toMatchObject({
    keyProviderId: 'hashicorp-vault',
    keyName: 'tenant-keys/keys/acme',
  });
  const { wrappedDataKey } = dataKey.json;
  const unwrapped = await crypto('data-keys/decrypt', { wrappedDataKey, encryptionContext });
  expect(unwrapped.json.plaintext).toBe(dataKey.json.plaintext);
  const hash = () => crypto('mac', { purpose: 'email', value: plaintext });
  expect((await hash()).json).toEqual((await hash()).json);
  expectProblem(await crypto('encrypt', { plaintext, mode: 'direct' }), 400, 'mode-needs-aws-kms');
});

test('a neighbour in the same store opens nothing of it', async () => {
  const { wrappedDataKey } = (await crypto('data-keys', {})).json;
  const taken = await crypto('data-keys/decrypt', { wrappedDataKey }, 'globex');
  expectProblem(taken, 400, 'decryption-failed');
  const read = await crypto('decrypt', { ciphertext: message, encryptionContext }, 'globex');
  expectProblem(read, 400, 'decryption-failed');
});

test('after a rotation new messages are under the new version, and the old ones open', async () => {
  const inspected = await crypto('inspect', { ciphertext: message, encryptionContext });
  expect(inspected.json).toMatchObject({ keyMaterialId: 'v1', isCurrent: true });
  expect((await control.send('POST', '/tenants/acme/key/rotations', {})).status).toBe(202);
  rowIsReadAnew();
  const again = await crypto('reencrypt', { ciphertext: message, encryptionContext });
  expect(again.json).toMatchObject({ sourceKeyMaterialId: 'v1', keyMaterialId: 'v2' });
  const opened = await crypto('decrypt', { ciphertext: message, encryptionContext });
  expect(opened.json).toEqual({ plaintext });
  expect((await control.get('/tenants/acme/key/rotations')).json.rotations).toHaveLength(2);
});

test('suspended it is refused, by the store too, and resumed it is served', async () => {
  expect((await control.post('acme', 'suspend')).json.status).toBe('SUSPENDED');
  rowIsReadAnew();
  expectProblem(
    await crypto('decrypt', { ciphertext: message, encryptionContext }),
    409,
    'tenant-suspended',
  );
  // Whatever the registry says: the store itself refuses the live session.
  await stack.setStatus('acme', 'ACTIVE');
  rowIsReadAnew();
  expectProblem(
    await crypto('encrypt', { plaintext, encryptionContext: { n: '1' } }),
    409,
    'key-revoked-by-tenant',
  );
  await stack.setStatus('acme', 'SUSPENDED');
  expect((await control.post('acme', 'resume')).json.status).toBe('ACTIVE');
  rowIsReadAnew();
  expect((await crypto('decrypt', { ciphertext: message, encryptionContext })).json).toEqual({
    plaintext,
  });
});
