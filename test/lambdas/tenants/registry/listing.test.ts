import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  jest,
  test,
} from '@jest/globals';

import { keyArnsOf, listTenants } from '../../../../lambdas/tenants/registry/listing.ts';
import { tableName } from '../../../harness/local-aws.ts';
import { loggedLines } from '../../../harness/logged-lines.ts';
import { rowOf } from '../../../harness/tenant-row.ts';
import { type Aws, openAws } from '../aws.ts';

let aws: Aws;
beforeAll(async () => {
  aws = await openAws();
  const rows = Array.from({ length: 23 }, (_, n) =>
    rowOf({
      tenantId: `tenant-${n}`,
      status: n % 4 === 0 ? 'SUSPENDED' : 'ACTIVE',
      keyArn: `arn:aws:kms:eu-central-1:111122223333:key/${n}`,
    }),
  );
  for (const row of rows) await aws.put(row);
});
afterAll(() => aws.close());

type Request = Parameters<typeof listTenants>[2];

async function pages(request: Request): Promise<string[][]> {
  const { table } = aws.clients();
  const found: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = await listTenants(table, tableName, { ...request, cursor });
    found.push(page.rows.map(({ tenantId }) => tenantId));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return found;
}

test.each([1, 2, 7, 22, 23, 24, 100])('pages of %d show every tenant once', async (limit) => {
  const found = await pages({ limit });
  expect(new Set(found.flat()).size).toBe(23);
  expect(found.flat()).toHaveLength(23);
  for (const page of found) expect(page.length).toBeLessThanOrEqual(limit);
});

test.each([1, 4, 6, 50])('pages of %d of one status show every one of it once', async (limit) => {
  const found = (await pages({ limit, status: 'SUSPENDED' })).flat();
  expect(found.sort()).toEqual(['0', '12', '16', '20', '4', '8'].map((n) => `tenant-${n}`));
});

test('a status that no tenant has gives one empty page', async () => {
  expect(await pages({ limit: 10, status: 'ERASED' })).toEqual([[]]);
});

test('the keys of all rows', async () => {
  const { table } = aws.clients();
  expect((await keyArnsOf(table, tableName)).size).toBe(23);
});

test('the keys of a change of the key store, and of before it', async () => {
  const tenantId = 'has-moved';
  const former = [{ keyArn: 'former-1' }, null, 'x', { keyArn: 7 }, { keyArn: 'former-2' }];
  const others = { nextKey: { keyArn: 'next' }, previousKey: { keyArn: 'previous' } };
  await aws.put({ tenantId, keyArn: 'own', ...others, formerKeys: former });
  const arns = await keyArnsOf(aws.clients().table, tableName);
  for (const arn of ['own', 'next', 'previous', 'former-1', 'former-2'])
    expect(arns).toContain(arn);
  expect(arns.size).toBe(23 + 5);
  await aws.put({
    tenantId,
    keyArn: 'own',
    nextKey: 'x',
    previousKey: null,
    formerKeys: 'former-1',
  });
  expect((await keyArnsOf(aws.clients().table, tableName)).size).toBe(23 + 1);
  await aws.clients().table.send(new DeleteCommand({ TableName: tableName, Key: { tenantId } }));
});

describe('a row that is not as it must be is no tenant, and keeps no other out of the list', () => {
  const keyArn = 'arn:aws:kms:eu-central-1:111122223333:key/23';
  const invalid = [
    rowOf({ tenantId: 'odd', status: 'ALMOST_ACTIVE', keyArn }),
    rowOf({ tenantId: 'odd-key', keyArn: 'alias/tenant-keys/tenant-0' }),
    { tenantId: 'nearly-empty' },
    // A page may end with it, and no cursor may name it.
    rowOf({ tenantId: 'No Tenant Id', status: 'SUSPENDED', keyArn }),
  ];
  let logged: string[];
  beforeAll(async () => {
    for (const row of invalid) await aws.put(row);
  });
  beforeEach(() => {
    logged = loggedLines();
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  test.each([1, 3, 100])('in pages of %d', async (limit) => {
    const found = (await pages({ limit })).flat();
    expect(new Set(found).size).toBe(23);
    expect(found).toHaveLength(23);
    expect((await pages({ limit, status: 'SUSPENDED' })).flat()).toHaveLength(6);
  });

  test('and is an error in the log, of which its tenant id alone is told, if it has one', async () => {
    await pages({ limit: 100 });
    const lines = logged.map((line) => JSON.parse(line)).map(({ timestamp, ...line }) => line);
    expect(lines).toHaveLength(4);
    for (const tenantId of ['odd', 'odd-key', 'nearly-empty', undefined]) {
      const named = tenantId === undefined ? {} : { tenantId };
      expect(lines).toContainEqual({ level: 'ERROR', message: 'invalid row', ...named });
    }
  });

  test('nor do hundreds of them, more in a row than a page looks at', async () => {
    for (let n = 0; n < 400; n += 1) await aws.put({ tenantId: `Planted ${n}` });
    const found = (await pages({ limit: 1 })).flat();
    expect(found).toHaveLength(23);
    expect(new Set(found).size).toBe(23);
  });
});
