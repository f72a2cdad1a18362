/** A tenant moves from KMS to Azure Key Vault and back: at every stage all of its messages open. */
import { expect, test } from '@jest/globals';
import { azure, control, plant, stack, useStackWithAzure } from './stack-with-azure.ts';

useStackWithAzure();
const keyStore = 'azure-key-vault';
const messages: [text: string, ciphertext: string][] = [];

const move = (to: string) => control.send('POST', '/tenants/acme/key-store', { keyStore: to });
const previous = '/tenants/acme/key-store/previous';
const encrypt = async (text: string): Promise<string> => {
  const ciphertext = await stack.client.encrypt('acme', Buffer.from(text));
  messages.push([text, ciphertext]);
  return Buffer.from(ciphertext, 'base64').toString('latin1');
};
/** The change is an hour old: no function has the row from before, and no request is at work by it. */
const settles = () =>
  plant('acme', 'previousKey.since', { S: new Date(Date.now() - 3_600_000).toISOString() });
const opened = async () => {
  const texts: string[] = [];
  for (const [, ciphertext] of messages) texts.push(await control.decrypt('acme', ciphertext));
  return texts;
};
const expectAllOpen = async () => expect(await opened()).toEqual(messages.map(([text]) => text));

test('a key of the name that is another’s there: 409, and nothing is left of the change', async () => {
  const { json: before } = await control.put('acme');
  const like = { kty: 'RSA-HSM', size: 2048, keyOps: [], tags: {}, exportable: false };
  await azure.keys.newVersion(azure.keys.add('acme'), like);
  const refused = await move(keyStore);
  expect([refused.status, refused.json.code]).toEqual([409, 'alias-taken']);
  const { key, updatedAt, ...after } = (await control.get('/tenants/acme')).json;
  expect({ ...after, updatedAt: before.updatedAt }).toEqual(before);
  expect((await move('aws-kms')).status).toBe(200);
  expect(azure.identities.has('tenant-acme')).toBe(false);
  azure.keys.forget('acme');
});

test('a vault that gives no answer: 503, the tenant works, and the next run ends the change', async () => {
  azure.vault.break('reset');
  const unanswered = await move(keyStore);
  azure.vault.break('none');
  expect([unanswered.status, unanswered.json.code]).toEqual([503, 'key-store-unavailable']);
  const { json } = await control.get('/tenants/acme');
  expect([json.keyStore, json.keyStoreChange.stage]).toEqual(['aws-kms', 'key-requested']);
  const ciphertext = await stack.client.encrypt('acme', Buffer.from('meanwhile'));
  expect(await control.decrypt('acme', ciphertext)).toBe('meanwhile');
  await stack.run('reconciler');
  expect((await control.get('/tenants/acme')).json.keyStoreChange).toBeUndefined();
});

test('there and back, with the client id of its identity at Azure beside whichever key is there', async () => {
  const { keyArn } = (await control.put('acme')).json;
  const keyName = `${azure.vault.url}/keys/acme`;
  await control.put('globex', { keyStore });
  expect(await encrypt('in KMS')).toContain(keyArn);

  const there = await move(keyStore);
  expect([there.status, there.json.keyStore, there.json.keyName]).toEqual([202, keyStore, keyName]);
  expect(JSON.stringify(there.json)).not.toContain('lientId');
  const settlesInMs = Date.parse(there.json.keyStoreChange.since) - Date.now();
  expect(settlesInMs).toBeGreaterThan(600_000);
  expect(await encrypt('in KMS, until it has settled')).toContain(keyArn);
  await settles();
  expect(await encrypt('at Azure')).toContain(keyName);
  await expectAllOpen();
  expect(await stack.run('reconciler')).toMatchObject({ found: [] });

  const back = await move('aws-kms');
  expect([back.status, back.json.keyStore, back.json.keyArn]).toEqual([202, 'aws-kms', keyArn]);
  expect(back.json.keyStoreChange).toMatchObject({ from: keyStore, previousKeyName: keyName });
  expect(await encrypt('at Azure, until it has settled')).toContain(keyName);
  await settles();
  expect(await encrypt('in KMS again')).toContain(keyArn);
  await expectAllOpen();
  expect(await stack.run('reconciler')).toMatchObject({ found: [] });
}, 120_000);

test('both are suspended and resumed', async () => {
  expect((await control.post('acme', 'suspend')).status).toBe(200);
  expect(new Set(await opened())).toEqual(new Set(['tenant-suspended']));
  expect((await control.post('acme', 'resume')).status).toBe(200);
  await expectAllOpen();
});

test("with a neighbour's client id beside the previous key its messages open no more: Entra refuses the token", async () => {
  const of = (tenantId: string) => azure.identities.get(`tenant-${tenantId}`)?.application.clientId;
  await plant('acme', 'previousKey.keyClientId', { S: of('globex') ?? '' });
  expect((await opened())[2]).toBe('key-not-ready');
  await plant('acme', 'previousKey.keyClientId', { S: of('acme') ?? '' });
  await expectAllOpen();
});

test('the end of the key at Azure is asked for, taken back, and in the end is the vault’s', async () => {
  const end = async () => {
    // The reconciler counts the keys of macs that are left.
    await stack.run('reconciler');
    const ending = await control.send('DELETE', `${previous}?force=true`);
    expect([ending.status, ending.json.keyStoreChange?.stage]).toEqual([202, 'previous-ending']);
  };
  await end();
  expect(await control.decrypt('acme', messages[0]?.[1] ?? '')).toBe('in KMS');
  expect(await control.decrypt('acme', messages[2]?.[1] ?? '')).toBe('decryption-failed');
  expect((await move(keyStore)).json.code).toBe('key-store-changing');
  expect((await control.send('POST', `${previous}/restore`)).status).toBe(200);
  await expectAllOpen();

  await end();
  await plant('acme', 'previousKey.offboarding.deletionDate', { S: '2020-01-01T00:00:00.000Z' });
  azure.advance(91 * 86_400_000);
  await stack.run('reconciler');
  const after = await control.get('/tenants/acme');
  expect([after.json.status, after.json.keyStoreChange]).toEqual(['ACTIVE', undefined]);
  expect(azure.identities.has('tenant-acme')).toBe(false);
  // A new key and a new identity, since the name is free again.
  expect((await move(keyStore)).status).toBe(202);
  await settles();
  await encrypt('at Azure once more');
  expect((await opened()).at(-1)).toBe('at Azure once more');
}, 120_000);
