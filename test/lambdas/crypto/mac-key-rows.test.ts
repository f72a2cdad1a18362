/** Rows of mac keys against the local DynamoDB: who writes, what is read, and how many. */
import { randomUUID } from 'node:crypto';
import { BatchWriteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { maxPurposes } from '../../../contract/mac.ts';
import {
  type MacKeyRow,
  type MacKeyRows,
  macKeyRows,
} from '../../../lambdas/crypto/mac-key-rows.ts';
import { macKeyTableName } from '../../harness/local-aws.ts';
import { type Aws, type Fault, openAws } from '../tenants/aws.ts';

let aws: Aws;
beforeAll(async () => {
  aws = await openAws();
}, 120_000);
afterAll(() => aws?.close());

const rowsOf = (tenantId: string, fault?: Fault): MacKeyRows =>
  macKeyRows(aws.clients(fault).table, macKeyTableName, tenantId);
const fresh = (fault?: Fault) => rowsOf(`t-${randomUUID()}`, fault);
const version = (number: number, byte = number) => ({
  version: number,
  wrappedKey: new Uint8Array(40).fill(byte),
  createdAt: '2026-01-31T12:00:00.000Z',
});

describe('a row', () => {
  test('is read as it was written, and has a revision for each write', async () => {
    const rows = fresh();
    expect(await rows.get('customer/email')).toBeUndefined();
    expect(await rows.put('customer/email', [version(1)], undefined)).toBe(true);
    const first = await rows.get('customer/email');
    expect(first).toMatchObject({ revision: 1, versions: [version(1)] });
    expect(await rows.put('customer/email', [version(1), version(2)], first)).toBe(true);
    const second = await rows.get('customer/email');
    expect(second).toMatchObject({ revision: 2, versions: [version(1), version(2)] });
    expect(await rows.get('customer/name')).toBeUndefined();
  });

  test('of two tenants with one purpose is two', async () => {
    const [one, other] = [fresh(), fresh()];
    await one.put('a', [version(1, 7)], undefined);
    expect(await other.get('a')).toBeUndefined();
    expect(await other.put('a', [version(1, 8)], undefined)).toBe(true);
    expect((await one.get('a'))?.versions).toEqual([version(1, 7)]);
  });

  test('is written by one of many who were first at once', async () => {
    const rows = fresh();
    const writes = Array.from({ length: 10 }, (_, n) => rows.put('a', [version(1, n)], undefined));
    const won = (await Promise.all(writes)).flatMap((isWritten, n) => (isWritten ? [n] : []));
    expect(won).toHaveLength(1);
    expect((await rows.get('a'))?.versions).toEqual([version(1, won[0])]);
  });

  test('is written by nobody who read it before somebody else wrote it', async () => {
    const rows = fresh();
    await rows.put('a', [version(1)], undefined);
    const read = await rows.get('a');
    expect(await rows.put('a', [version(1), version(2)], read)).toBe(true);
    expect(await rows.put('a', [version(1), version(2, 9)], read)).toBe(false);
    expect(await rows.put('a', [version(1, 9)], undefined)).toBe(false);
    const later = { ...(read as MacKeyRow), revision: 7 };
    expect(await rows.put('a', [version(3)], later)).toBe(false);
    expect((await rows.get('a'))?.versions).toEqual([version(1), version(2)]);
  });

  test('that was written, and the answer lost, is not written by the next attempt', async () => {
    let lost = 0;
    const rows = fresh({
      afterAttempt: (command) => {
        if (command === 'PutItemCommand' && lost++ === 0) {
          throw Object.assign(new Error('lost'), { name: 'TimeoutError' });
        }
      },
    });
    expect(await rows.put('a', [version(1)], undefined)).toBe(false);
    expect(lost).toBe(2);
    expect((await rows.get('a'))?.versions).toEqual([version(1)]);
  });

  test.each(['GetItemCommand', 'PutItemCommand', 'QueryCommand'])(
    'is not taken for missing or taken where DynamoDB fails: %s',
    async (name) => {
      const rows = fresh({
        before: (command) => {
          if (command === name) throw Object.assign(new Error('down'), { name: 'InternalFailure' });
        },
      });
      const work = {
        GetItemCommand: () => rows.get('a'),
        PutItemCommand: () => rows.put('a', [version(1)], undefined),
        QueryCommand: () => rows.isFull(),
      }[name];
      await expect(work?.()).rejects.toThrow('down');
    },
  );

  test.each<[string, object]>([
    ['without a version', { versions: [] }],
    ['of three versions', { versions: [version(1), version(2), version(3)] }],
    ['with a member that nobody knows', { more: 1 }],
    ['whose version has one', { versions: [{ ...version(1), more: 1 }] }],
    ['whose key is a text', { versions: [{ ...version(1), wrappedKey: 'x' }] }],
    ['whose version is half a one', { versions: [version(1.5)] }],
    ['without a revision', { revision: 'one' }],
  ])('that is none is an error, not a purpose without a key: %s', async (_, change) => {
    const tenantId = `t-${randomUUID()}`;
    const Item = { tenantId, purpose: 'a', revision: 1, versions: [version(1)], ...change };
    await aws.clients().table.send(new PutCommand({ TableName: macKeyTableName, Item }));
    await expect(rowsOf(tenantId).get('a')).rejects.toThrow();
  });
});

test('a tenant is full with as many purposes as it may have, however many its neighbours have', async () => {
  const [tenantId, other] = [`t-${randomUUID()}`, `t-${randomUUID()}`];
  const { table } = aws.clients();
  const add = async (from: number, to: number) => {
    for (let at = from; at < to; at += 25) {
      const rows = Array.from({ length: Math.min(25, to - at) }, (_, n) => ({
        PutRequest: { Item: { tenantId, purpose: `p/${at + n}` } },
      }));
      await table.send(new BatchWriteCommand({ RequestItems: { [macKeyTableName]: rows } }));
    }
  };
  expect(await rowsOf(tenantId).isFull()).toBe(false);
  await add(0, maxPurposes - 1);
  expect(await rowsOf(tenantId).isFull()).toBe(false);
  await add(maxPurposes - 1, maxPurposes);
  expect(await rowsOf(tenantId).isFull()).toBe(true);
  expect(await rowsOf(other).isFull()).toBe(false);
}, 60_000);
