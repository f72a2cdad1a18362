/**
 * What a turn of the page costs behind its endpoints, however many tenants there are: reads of DynamoDB, and decisions of
 * policies, each of which asks the clock for the time. KMS is not called.
 */
import { randomUUID } from 'node:crypto';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { allEventsKey, allEventsShards } from '../../../contract/table-schema.ts';
import { callOf } from '../../../local/aws/call.ts';
import { decisionLog } from '../../../local/aws/decision-log.ts';
import type { Service } from '../../../local/aws/operation.ts';
import { openClock, systemClock } from '../../../local/clock.ts';
import { dashboardEndpoints } from '../../../local/dashboard/endpoints.ts';
import { type DynamoDb, dynamodb } from '../../../local/dynamodb/service.ts';
import { readTables } from '../../../local/dynamodb/template.ts';
import { openKeyStore } from '../../../local/kms/store.ts';
import { operatorOf } from '../../../local/operator.ts';
import { localAccount } from '../../../local/stack.ts';
import { readRoles } from '../../../local/sts/template.ts';
import { readTemplate } from '../../../local/template/template.ts';
import { synthesizedTemplate } from '../../isolation/template.ts';

const template = readTemplate(await synthesizedTemplate(), localAccount);
const { partition, accountId, region } = template.account;
const operator = operatorOf(partition, accountId);

/** Names of the operations since it was last emptied. */
const done: string[] = [];
let tables: DynamoDb;
let counted: Service;
let decisions = 0;
const clock = {
  now: () => {
    decisions += 1;
    return systemClock.now();
  },
};

const counting = ({ name, operations }: Service): Service => ({
  name,
  operations: Object.fromEntries(
    Object.entries(operations).map(([operation, run]) => [
      operation,
      (input, call) => {
        done.push(operation);
        return run(input, call);
      },
    ]),
  ),
});

beforeAll(async () => {
  tables = await dynamodb(template.account);
  for (const table of readTables(template)) await tables.createTable(table);
  counted = counting(tables.service);
  for (let index = 0; index < 1000; index += 1) {
    const tenantId = `tenant-${index % 40}`;
    const eventKey = new Date(Date.UTC(2126, 0, 1) + index).toISOString();
    const Item = marshall({
      tenantId,
      eventKey,
      [allEventsKey.partition]: allEventsShards[index % allEventsShards.length],
      [allEventsKey.sort]: `${eventKey}/${tenantId}`,
    });
    await put('AuditTable', Item);
  }
}, 60_000);
afterAll(() => tables.close());

async function put(table: string, Item: object): Promise<void> {
  const names = readTables(template).map(({ TableName }) => TableName);
  const TableName = names.find((name) => name.includes(table));
  await tables.service.operations.PutItem?.({ TableName, Item }, operatorsCall());
}

async function plant(count: number, from: number): Promise<void> {
  for (let index = from; index < count; index += 1) {
    const tenantId = `tenant-${index}`;
    const keyArn = `arn:${partition}:kms:${region}:${accountId}:key/${randomUUID()}`;
    const Item = marshall({ tenantId, keyArn, status: 'ACTIVE', displayName: 'x'.repeat(256) });
    await put('TenantTable', Item);
  }
}

const operatorsCall = () =>
  callOf({
    service: 'dynamodb',
    caller: operator,
    requestId: randomUUID(),
    sourceIp: '127.0.0.1',
    clock: systemClock,
    region,
    decisions: decisionLog(),
  });

describe.each([
  [0, 0],
  [40, 0],
  [1000, 40],
])('with %i tenants', (count, from) => {
  let endpoints: ReturnType<typeof dashboardEndpoints>;
  beforeAll(async () => {
    await plant(count, from);
    endpoints = dashboardEndpoints({
      template,
      keys: { ...template.account, clock: openClock(systemClock), store: openKeyStore() },
      roles: readRoles(template),
      operator,
      dynamodb: counted,
      clock,
      proofFile: '/nowhere/last.json',
    });
  });

  test.each([
    ['/_local/tenants', {}, ['Scan']],
    ['/_local/matrix', {}, ['Scan']],
    ['/_local/proof', {}, []],
    ['/_local/matrix/cell', { session: 'tenant/tenant-1', key: 'tenant-2' }, ['Scan', 'Scan']],
    ['/_local/tenant', { tenantId: 'tenant-1' }, ['Scan']],
    ['/_local/tenant/users', { tenantId: 'tenant-1' }, ['Scan', 'Scan']],
    ['/_local/audit', { tenantId: 'tenant-1' }, ['Query']],
    ['/_local/audit', {}, allEventsShards.map(() => 'Query')],
    ['/_local/audit', { search: 'tenant' }, ['Scan', ...allEventsShards.map(() => 'Query')]],
    ['/_local/audit', { search: 'nobody' }, ['Scan']],
  ])(
    '%s %j reads by no more than %j, and decides nothing again',
    async (path, query, operations) => {
      const get = endpoints.find((endpoint) => endpoint.path === path)?.methods.GET;
      const ask = async () => {
        done.length = 0;
        // Where there is no tenant, some say so.
        await Promise.resolve(get?.(new URLSearchParams(query))).catch(({ status }) =>
          expect([count, status]).toEqual([0, 404]),
        );
        return [...done];
      };
      const read = await ask();
      expect(operations.slice(0, read.length)).toEqual(read);
      if (count > 0) expect(read).toEqual(operations);
      decisions = 0;
      expect(await ask()).toEqual(read);
      // A read of DynamoDB is authorized as well. The detail that is open is drawn anew.
      expect(decisions).toBeLessThan(path.endsWith('/cell') ? 100 : 2 * read.length + 1);
    },
  );
});
