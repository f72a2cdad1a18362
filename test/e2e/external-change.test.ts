/**
 * A tenant's key moves between our account and the tenant's own, and from one key there to another: at each point all that was ever
 * encrypted opens, until the end of its key was asked for, and a change that is refused leaves nothing behind.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { auditEvents } from '../../contract/audit.ts';
import type { Control } from './control.ts';
import { type ExternalStack, startExternalControl } from './external-account.ts';
import { changeRow, readRow } from './planted-keys.ts';
import { expectProblem } from './problem.ts';

let stack: ExternalStack;
let control: Control;
beforeAll(async () => {
  ({ stack, control } = await startExternalControl({ reconcileEveryMinutes: 1440 }));
}, 120_000);
afterAll(() => stack?.close());

const past = (ms = 3_600_000) => new Date(Date.now() - ms).toISOString();
const read = async (id: string) => (await control.send('GET', `/tenants/${id}`)).json;
const move = (id: string, keyStore: string, keyArn?: string) =>
  control.send('POST', `/tenants/${id}/key-store`, { keyStore, keyArn });
const toExternal = (id: string, keyArn: string) => move(id, 'aws-kms-external', keyArn);
const previous = `/key-store/previous`;
const end = (id: string) => control.send('DELETE', `/tenants/${id}${previous}?force=true`);
const row = (tenantId: string) => readRow(stack, tenantId);
/** As time would: the new key encrypts, and the reconciler has counted. */
async function settle(tenantId: string): Promise<void> {
  const { previousKey } = await row(tenantId);
  await changeRow(stack, tenantId, { previousKey: { ...previousKey, since: past() } });
  await stack.run('reconciler');
}
/** The days until the end of the previous key go by. */
async function windowIsOver(tenantId: string): Promise<void> {
  const { previousKey } = await row(tenantId);
  const offboarding = { ...previousKey.offboarding, deletionDate: past() };
  await changeRow(stack, tenantId, { previousKey: { ...previousKey, offboarding } });
  await stack.run('reconciler');
}
const encrypt = async (id: string, text: string) => {
  const plaintext = Buffer.from(text).toString('base64');
  const { status, json } = await stack.crypto(id, 'encrypt', { plaintext });
  expect(status).toBe(200);
  return json.ciphertext as string;
};
const keyOf = (ciphertext: string) =>
  /arn:aws:kms:[a-z0-9-]+:(\d{12}):key\/[0-9a-f-]+/.exec(
    Buffer.from(ciphertext, 'base64').toString('latin1'),
  )?.[0];

/** What was encrypted, by the words in it. */
function messagesOf(id: string) {
  const all = new Map<string, string>();
  return {
    async add(text: string) {
      all.set(text, await encrypt(id, text));
      return keyOf(all.get(text) as string);
    },
    /** @returns of each, what it says or why it does not open */
    async opened() {
      const pairs: string[] = [];
      for (const [text, ciphertext] of all) {
        const is = await control.decrypt(id, ciphertext);
        pairs.push(is === text ? 'opens' : `${text}: ${is}`);
      }
      return pairs;
    },
  };
}

/** @returns the keys, and a message under each, of a tenant that has moved from our account to its own */
async function moved(id: string) {
  const { keyArn: ours } = await stack.client.onboard(id);
  const messages = messagesOf(id);
  await messages.add('ours');
  const { keyArn: theirs } = await stack.give(id);
  await toExternal(id, theirs);
  await settle(id);
  await messages.add('theirs');
  return { messages, ours, theirs };
}

test('from our account to the tenant’s own, to another key there, and back: all opens at every point', async () => {
  const id = 'mover';
  const { keyArn: ours } = await stack.client.onboard(id);
  const messages = messagesOf(id);
  expect(await messages.add('in ours')).toBe(ours);
  const { keyArn: theirs } = await stack.give(id);

  const moved = await toExternal(id, theirs);
  expect([moved.status, moved.json]).toMatchObject([
    202,
    {
      keyStore: 'aws-kms-external',
      keyArn: theirs,
      keyStoreChange: {
        ...{ from: 'aws-kms', to: 'aws-kms-external', stage: 'both-readable' },
        previousKeyArn: ours,
      },
    },
  ]);
  expect(moved.json).not.toHaveProperty('keyName');
  expect((await toExternal(id, theirs)).json).toEqual(moved.json);
  // Functions may still have the row from before.
  expect(await messages.add('while it settles')).toBe(ours);
  await settle(id);
  expect(await messages.add('in theirs')).toBe(theirs);
  expect(await messages.opened()).toEqual(['opens', 'opens', 'opens']);
  // The audit finds CloudTrail's events of our key by this attribute.
  expect((await row(id)).keyArn).toBe(ours);

  expect((await end(id)).json.keyStoreChange.stage).toBe('previous-ending');
  expect(await messages.opened()).toEqual([
    'in ours: decryption-failed',
    'while it settles: decryption-failed',
    'opens',
  ]);
  const restored = await control.post(id, 'key-store/previous/restore');
  expect(restored.json.keyStoreChange.stage).toBe('both-readable');
  expect(await messages.opened()).toEqual(['opens', 'opens', 'opens']);

  // Before its end the same road back.
  expect((await move(id, 'aws-kms')).json).toMatchObject({
    ...{ keyStore: 'aws-kms', keyArn: ours },
    keyStoreChange: { from: 'aws-kms-external', previousKeyArn: theirs },
  });
  await settle(id);
  expect(await messages.add('in ours again')).toBe(ours);
  expect(await messages.opened()).toEqual(['opens', 'opens', 'opens', 'opens']);
  expect((await toExternal(id, theirs)).json.keyArn).toBe(theirs);
  await settle(id);
  expect(await messages.opened()).toEqual(['opens', 'opens', 'opens', 'opens']);
}, 120_000);

test('from one key of the tenant’s own to another: the former one stays, and the certificate says so', async () => {
  const id = 'owner';
  const given = await stack.give(id);
  const first = given.keyArn;
  await stack.plant(given);
  const messages = messagesOf(id);
  expect(await messages.add('first')).toBe(first);
  const second = await stack.giveAnother(given);
  expect((await toExternal(id, second)).json).toMatchObject({
    ...{ keyArn: second, keyStoreChange: { previousKeyArn: first } },
  });
  const third = await toExternal(id, first.replace(/.{12}$/, '0'.repeat(12)));
  expectProblem(third, 409, 'key-store-changing');
  expect(third.json.detail).toContain(first);
  await settle(id);
  expect(await messages.add('second')).toBe(second);
  expect(await messages.opened()).toEqual(['opens', 'opens']);

  expect((await end(id)).status).toBe(202);
  expect(await messages.opened()).toEqual(['first: decryption-failed', 'opens']);
  await windowIsOver(id);
  expect((await read(id)).keyStoreChange).toBeUndefined();
  expect((await stack.owner.kms.describeKey({ KeyId: first })).KeyMetadata?.KeyState).toBe(
    'Enabled',
  );

  await control.offboard(id);
  const { offboarding } = await row(id);
  await changeRow(stack, id, { offboarding: { ...offboarding, deletionDate: past() } });
  await stack.run('reconciler');
  const { certificate } = (await control.get(`/tenants/${id}/erasure-certificate`)).json;
  expect(certificate).toMatchObject({ keyArn: second, keyDestroyed: false });
  const [former, ...others] = certificate.formerKeys;
  expect(former).toMatchObject({
    ...{ keyArn: first, keyDestroyed: false },
    endedBy: expect.any(String),
  });
  for (const member of ['deletionDate', 'keyName']) expect(former).not.toHaveProperty(member);
  expect(others).toEqual([]);
}, 120_000);

test('from the tenant’s own account to ours, where a key is made: it ends there, and nothing is deleted', async () => {
  const id = 'comes';
  const given = await stack.give(id);
  await stack.plant(given);
  const messages = messagesOf(id);
  await messages.add('theirs');
  const { status, json } = await move(id, 'aws-kms');
  expect([status, json.keyStore]).toEqual([202, 'aws-kms']);
  expect(json.keyStoreChange.previousKeyArn).toBe(given.keyArn);
  await settle(id);
  expect(await messages.add('ours')).toBe(json.keyArn);
  expect(await messages.opened()).toEqual(['opens', 'opens']);
  await end(id);
  await windowIsOver(id);
  expect(await messages.opened()).toEqual(['theirs: decryption-failed', 'opens']);
  const { keyArn, keyName, formerKeys } = await row(id);
  expect([keyArn, keyName]).toEqual([json.keyArn, undefined]);
  expect(formerKeys).toMatchObject([{ keyStore: 'aws-kms-external', keyName: given.keyArn }]);
  const { KeyMetadata } = await stack.owner.kms.describeKey({ KeyId: given.keyArn });
  expect(KeyMetadata?.KeyState).toBe('Enabled');
  // It may go there again, and nobody else may.
  expect((await toExternal(id, given.keyArn)).status).toBe(202);
}, 120_000);

test('a key that fails the challenge, is another tenant’s or was: refused, and the tenant is as before', async () => {
  const id = 'stays';
  await stack.client.onboard(id);
  const before = await row(id);
  const neighbours = await stack.give('neighbour');
  await stack.plant(neighbours);
  const former = `${neighbours.keyArn.slice(0, -12)}${'1'.repeat(12)}`;
  const asked = { windowInDays: 7, requestedBy: 'x', requestedAt: past(), keyMaterialIds: [] };
  const of = { keyStore: 'aws-kms-external', since: past(), erasedAt: past(), offboarding: asked };
  await changeRow(stack, 'neighbour', { formerKeys: [{ ...of, keyName: former }] });
  for (const keyArn of [neighbours.keyArn, former]) {
    const refused = await toExternal(id, keyArn);
    expectProblem(refused, 400, 'bad-request');
    expect(refused.json.detail).toContain('another tenant');
  }
  // A key of nobody's, whose role lets this tenant not in.
  const strange = await toExternal(id, neighbours.keyArn.replace(/.{12}$/, '0'.repeat(12)));
  expectProblem(strange, 409, 'external-key-refused');
  expectProblem(await move(id, 'aws-kms-external'), 400, 'bad-request');
  expectProblem(await move(id, 'aws-kms', neighbours.keyArn), 400, 'bad-request');
  expect(await row(id)).toEqual(before);
}, 60_000);

test('a right that is taken away amid a change stops what is under that key, and comes back with it', async () => {
  const id = 'revoker';
  const { messages, theirs } = await moved(id);
  await stack.owner.kms.disableKey({ KeyId: theirs });
  expect(await messages.opened()).toEqual(['opens', 'theirs: key-revoked-by-tenant']);
  const plaintext = Buffer.from('x').toString('base64');
  expectProblem(await stack.crypto(id, 'encrypt', { plaintext }), 409, 'key-revoked-by-tenant');
  // The way back needs nothing of the tenant's account.
  expect((await move(id, 'aws-kms')).status).toBe(202);
  await settle(id);
  await messages.add('ours again');
  expect(await messages.opened()).toEqual(['opens', 'theirs: key-revoked-by-tenant', 'opens']);
  // Forth again it has to pass the challenge.
  expectProblem(await toExternal(id, theirs), 409, 'external-key-refused');
  await stack.owner.kms.enableKey({ KeyId: theirs });
  expect(await messages.opened()).toEqual(['opens', 'opens', 'opens']);
  expect((await toExternal(id, theirs)).status).toBe(202);
}, 60_000);

test('the audit of a tenant that moves has the use of either key, before, amid and after', async () => {
  const id = 'audited';
  const { messages, ours, theirs } = await moved(id);
  await messages.opened();
  await end(id);
  await messages.add('theirs alone');
  await stack.indexed();
  const token = await stack.client.token('tenant-keys/audit', id);
  const path = `/tenants/${id}/audit?kind=kms&limit=1000`;
  const { events } = auditEvents.parse((await stack.client.send('GET', path, { token })).json);
  const uses = events.flatMap((event) => {
    const [, operation] = /(?:^|:)(GenerateDataKey|Decrypt)$/.exec(event.operation) ?? [];
    if (event.kind !== 'kms' || event.routine || operation === undefined) return [];
    const key = new Map([
      [ours, 'ours'],
      [theirs, 'theirs'],
    ]).get(event.keyArn ?? '');
    return [`${operation} ${event.outcome} ${key} by ${event.source ?? 'cloudtrail'}`];
  });
  expect(uses.sort()).toEqual([
    'Decrypt succeeded ours by cloudtrail',
    'Decrypt succeeded theirs by product-log',
    'GenerateDataKey succeeded ours by cloudtrail',
    'GenerateDataKey succeeded theirs by product-log',
    'GenerateDataKey succeeded theirs by product-log',
  ]);
}, 60_000);
