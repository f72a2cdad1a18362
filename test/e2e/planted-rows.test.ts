/**
 * What somebody achieves who may write the registry and asks the product for the rest: a row for a tenant of their own
 * that names another tenant's key.
 */

import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { defaultName, stackNames } from '../../contract/stack-names.ts';
import { rowOf } from '../harness/tenant-row.ts';
import { type Control, startControl } from './control.ts';
import { keyInKms } from './key-in-kms.ts';
import { expectProblem } from './problem.ts';
import type { TestStack } from './test-stack.ts';

let stack: TestStack;
let control: Control;
let table: DynamoDBDocument;
let keyArn: string;
beforeAll(async () => {
  ({ stack, control } = await startControl());
  table = DynamoDBDocument.from(stack.administrator.dynamodb);
  ({ keyArn } = await stack.client.onboard('acme'));
});
afterAll(() => stack.close());

const offboarding = {
  windowInDays: 30,
  requestedBy: 'somebody',
  requestedAt: '2026-01-01T00:00:00.000Z',
  keyMaterialIds: [],
};
const plant = (change: Record<string, unknown>) =>
  table.put({
    TableName: stack.tableName,
    Item: rowOf({ tenantId: 'evil', keyArn, ...change }),
  });
const rowOfEvil = async () =>
  (await table.get({ TableName: stack.tableName, Key: { tenantId: 'evil' } })).Item;

const keyOfAcme = () => keyInKms(stack.administrator.kms, keyArn);

let before: string;
beforeEach(async () => {
  before = await keyOfAcme();
});

const ofEvil = (method: string, path = '', body?: object) =>
  control.send(method, `/tenants/evil${path}`, body);
const requests: readonly [string, Record<string, unknown>, () => ReturnType<Control['send']>][] = [
  ['DELETE', { status: 'ACTIVE' }, () => ofEvil('DELETE', '?force=true')],
  ['DELETE', { status: 'SUSPENDED' }, () => ofEvil('DELETE', '?force=true')],
  [
    'DELETE that was cut off',
    { status: 'OFFBOARDING', intent: 'offboard', offboarding },
    () => ofEvil('DELETE', '?force=true&windowInDays=30'),
  ],
  ['POST suspend', { status: 'ACTIVE' }, () => ofEvil('POST', '/suspend')],
  ['POST resume', { status: 'SUSPENDED' }, () => ofEvil('POST', '/resume')],
  ['POST restore', { status: 'OFFBOARDING', offboarding }, () => ofEvil('POST', '/restore')],
  ['POST key/rotations', { status: 'ACTIVE' }, () => ofEvil('POST', '/key/rotations')],
  [
    'PUT key/rotation',
    { status: 'ACTIVE' },
    () => ofEvil('PUT', '/key/rotation', { rotationPeriodInDays: 2560 }),
  ],
  [
    'PUT',
    { status: 'PROVISIONING' },
    () => ofEvil('PUT', '', { displayName: 'Acme Corp', rotationPeriodInDays: 90 }),
  ],
];

describe("a row that names another tenant's key does nothing to that key", () => {
  test.each(requests)('by %s, in %j', async (_, change, ask) => {
    await plant(change);
    expectProblem(await ask(), 409, 'key-mismatch');
    expect(await keyOfAcme()).toBe(before);
  });

  test('and a deletion that was refused is not written down, to be resumed later', async () => {
    await plant({ status: 'ACTIVE' });
    const row = await rowOfEvil();
    await ofEvil('DELETE', '?force=true');
    expect(await rowOfEvil()).toEqual(row);
  });

  test('but a suspension is: the registry gives such a row no use', async () => {
    await plant({ status: 'ACTIVE' });
    await ofEvil('POST', '/suspend');
    expect((await rowOfEvil())?.status).toBe('SUSPENDED');
  });

  test.each([
    [{ status: 'ACTIVE' }],
    [{ status: 'SUSPENDED' }],
    [{ status: 'SUSPENDED', intent: 'suspend' }],
    [{ status: 'OFFBOARDING', offboarding }],
    [{ status: 'OFFBOARDING', offboarding, intent: 'offboard' }],
    [{ status: 'PROVISIONING' }],
    [{ status: 'ERASED', offboarding, erasedAt: '2026-01-01T00:00:00.000Z' }],
  ])('by the reconciler, in %j', async (change) => {
    await plant(change);
    await stack.run('reconciler');
    expect(await keyOfAcme()).toBe(before);
  });
});

describe('a row that names its key in another way than KMS spells it is no tenant', () => {
  test.each([
    ['id', () => keyArn.replace(/.*\//, '')],
    ['alias', () => keyArn.replace(/key\/.*/, stackNames(defaultName).aliasOf('acme'))],
    ['ARN in capitals', () => keyArn.replace(/[^/]*$/, (id) => id.toUpperCase())],
    ['ARN and a space', () => `${keyArn} `],
    ['ARN and a line end', () => `${keyArn}\n`],
  ])('by the %s', async (_, spelled) => {
    const Key = { tenantId: 'acme' };
    const { Item } = await table.get({ TableName: stack.tableName, Key });
    try {
      await table.put({ TableName: stack.tableName, Item: { ...Item, keyArn: spelled() } });
      const token = await stack.client.tenantToken('acme');
      const body = { plaintext: 'eA==' };
      const answer = await stack.client.send('POST', '/tenants/acme/encrypt', { token, body });
      expectProblem(answer, 500, 'internal-error');
      await control.offboard('acme');
      expect(await keyOfAcme()).toBe(before);
    } finally {
      await table.put({ TableName: stack.tableName, Item });
    }
  });
});
