/**
 * What somebody achieves who may write the registry and says there that another tenant's key is one of a tenant of theirs: the
 * one before a change of the key store, or the one that is being made.
 */
import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Control, startControl } from './control.ts';
import { keyInKms } from './key-in-kms.ts';
import { changeRow } from './planted-keys.ts';
import { expectProblem } from './problem.ts';
import type { TestStack } from './test-stack.ts';

let stack: TestStack;
let control: Control;
let ofAcme = '';
let row: Record<string, unknown>;
beforeAll(async () => {
  ({ stack, control } = await startControl({ reconcileEveryMinutes: 1440 }));
  ({ keyArn: ofAcme } = await stack.client.onboard('acme'));
  await stack.client.onboard('evil');
  row = await changeRow(stack, 'evil', {});
}, 120_000);
afterAll(() => stack?.close());

const hour = 3_600_000;
const at = (ms: number) => new Date(Date.now() + ms).toISOString();
const offboarding = {
  windowInDays: 30,
  requestedBy: 'somebody',
  requestedAt: '2026-01-01T00:00:00.000Z',
  keyMaterialIds: [],
};
/** Nothing is left under it, so that its end may be asked for. */
const previous = (members: object = {}) => ({
  previousKey: {
    keyStore: 'aws-kms',
    keyArn: ofAcme,
    since: at(-hour),
    macKeys: { left: 0, countedAt: at(0) },
    ...members,
  },
});
const ending = { status: 'OFFBOARDING', offboarding };
const inVault = { keyStore: 'vault', keyName: 'tenant-keys/keys/evil' };
const next = { nextKey: { keyStore: 'aws-kms', keyArn: ofAcme, requestedAt: at(-hour) } };

/** The row as it was onboarded, but for what is planted. */
async function plant(change: object): Promise<void> {
  const table = DynamoDBDocument.from(stack.administrator.dynamodb);
  const Item = JSON.parse(JSON.stringify({ ...row, ...change }));
  await table.put({ TableName: stack.tableName, Item });
}

let before: string;
beforeEach(async () => {
  before = await keyInKms(stack.administrator.kms, ofAcme);
});
const expectUntouched = async () =>
  expect(await keyInKms(stack.administrator.kms, ofAcme)).toBe(before);

const ofEvil = (method: string, path = '', body?: object) =>
  control.send(method, `/tenants/evil${path}`, body);
type Ask = () => ReturnType<Control['send']>;
const endPrevious: Ask = () => ofEvil('DELETE', '/key-store/previous?force=true');
const restorePrevious: Ask = () => ofEvil('POST', '/key-store/previous/restore');
const changeBack: Ask = () => ofEvil('POST', '/key-store', { keyStore: 'aws-kms' });

describe("a row whose other key is another tenant's does nothing to that key", () => {
  test.each<[string, () => object, Ask]>([
    ['the end of the previous key', () => previous(), endPrevious],
    ['an end that was cut off', () => previous({ ...ending, intent: 'offboard' }), endPrevious],
    ['its restoration', () => previous(ending), restorePrevious],
    [
      'a restoration that was cut off',
      () => previous({ ...ending, intent: 'restore' }),
      restorePrevious,
    ],
    ['an offboarding', () => previous(), () => ofEvil('DELETE', '?force=true')],
    ['a suspension', () => previous(), () => ofEvil('POST', '/suspend')],
    [
      'a resumption',
      () => ({ ...previous(), status: 'SUSPENDED' }),
      () => ofEvil('POST', '/resume'),
    ],
    [
      'a restoration of both',
      () => ({ ...previous({ ...ending, withTenant: true }), ...ending }),
      () => ofEvil('POST', '/restore'),
    ],
    ['a rotation', () => previous(), () => ofEvil('POST', '/key/rotations')],
    ['a change back to it', () => ({ ...inVault, ...previous() }), changeBack],
    ['a change that goes on with it', () => ({ ...inVault, ...next }), changeBack],
  ])(
    'by %s',
    async (_, change, ask) => {
      await plant(change());
      await ask();
      await expectUntouched();
      await stack.run('reconciler');
      await expectUntouched();
    },
    60_000,
  );

  test('and its end is refused in words, not only without effect', async () => {
    await plant(previous());
    expectProblem(await endPrevious(), 409, 'key-mismatch');
    await plant(previous(ending));
    expectProblem(await restorePrevious(), 409, 'key-mismatch');
  });
});

const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('the data plane, by the session of the row', () => {
  const ask = async (operation: string, body: object) => {
    const token = await stack.client.tenantToken('evil');
    return stack.client.send('POST', `/tenants/evil/${operation}`, { token, body });
  };
  /** What KMS has said to the session since then. */
  const answers = (from: number) =>
    stack.calls
      .slice(from)
      .filter(({ service, caller }) => service === 'kms' && caller?.arn.endsWith('/evil') === true)
      .map(({ errorCode = 'success' }) => errorCode);

  test.each<[string, object]>([
    ['encrypt', { plaintext: base64('x') }],
    ['encrypt', { plaintext: base64('x'), mode: 'direct' }],
    ['data-keys', {}],
    ['mac', { purpose: 'user/email', value: base64('x') }],
  ])('cannot %s with it: KMS refuses', async (operation, body) => {
    // As if it were the key that still encrypts.
    await plant(previous({ since: at(hour) }));
    const from = stack.calls.length;
    expect((await ask(operation, body)).status).toBeGreaterThanOrEqual(500);
    expect(answers(from)).toEqual(['AccessDeniedException']);
  });

  test('cannot open what the other tenant has, nor a data key of it', async () => {
    const message = await stack.client.encrypt('acme', Buffer.from('x'));
    const token = await stack.client.tenantToken('acme');
    const made = await stack.client.send('POST', '/tenants/acme/data-keys', { token, body: {} });
    const { wrappedDataKey } = made.json;
    await plant(previous());
    expectProblem(await ask('decrypt', { ciphertext: message }), 400, 'decryption-failed');
    const from = stack.calls.length;
    expect((await ask('data-keys/decrypt', { wrappedDataKey })).status).toBeGreaterThanOrEqual(400);
    expect(answers(from)).not.toContain('success');
  });
});

test('a former key that is still there is none: no certificate', async () => {
  const erased = { status: 'ERASED', offboarding, erasedAt: '2026-02-01T00:00:00.000Z' };
  const former = {
    keyStore: 'aws-kms',
    keyArn: ofAcme,
    since: at(-hour),
    offboarding,
    erasedAt: at(0),
  };
  const keyArn = ofAcme.replace(/[^/]*$/, '00000000-0000-0000-0000-000000000000');
  await plant({ ...erased, keyArn, formerKeys: [former] });
  const answer = await ofEvil('GET', '/erasure-certificate');
  expect(answer.status).not.toBe(200);
  await expectUntouched();
});
