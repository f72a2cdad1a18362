/**
 * The recipes of docs/quick-start.md, compiled and run as they stand there against a local stack. DynamoDB is dynalite, over HTTP
 * by AWS's own client. In place of Postgres is SQLite, which takes the same statements but for `= ANY(...)`; in place of S3 and
 * its two libraries are stand-ins that keep the bytes of an object (`recipe-stand-ins.ts`): what those would refuse is not found
 * here.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { TenantHandle } from '../../client/tenant-keys.ts';
import { clientOf } from '../client/harness.ts';
import { startTestStack, type TestStack } from '../e2e/test-stack.ts';
import { objects, s3Client, standIns } from './recipe-stand-ins.ts';

const root = join(import.meta.dirname, '..', '..');
const page = readFileSync(join(root, 'docs', 'quick-start.md'), 'utf8');
/** By the headings of the section. */
const recipes = new Map(
  [...page.matchAll(/^### (.*?)\n.*?^```ts\n(.*?)^```/gms)].map(([, name = '', block = '']) => [
    name,
    block,
  ]),
);

let folder: string;
let stack: TestStack;
let acme: TenantHandle;
let globex: TenantHandle;
beforeAll(async () => {
  folder = mkdtempSync(join(root, '.recipes-'));
  for (const [name, source] of standIns) {
    const place = join(folder, 'node_modules', name);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, 'package.json'), '{"type":"module","exports":"./index.js"}');
    writeFileSync(join(place, 'index.js'), source);
  }
  for (const [name, source] of recipes) writeFileSync(fileOf(name), source);
  stack = await startTestStack();
  const keys = clientOf(stack);
  for (const tenant of ['acme', 'globex']) await keys.tenants.onboard(tenant);
  [acme, globex] = [keys.tenant('acme'), keys.tenant('globex')];
});
afterAll(async () => {
  await stack.close();
  rmSync(folder, { recursive: true });
});

const fileOf = (name: string) => join(folder, `${name.replaceAll(' ', '-')}.ts`);
const recipe = (name: string) => import(fileOf(name));
const ada = { id: '7', email: 'ada@example.com' };

describe('the recipes', () => {
  function compile() {
    const libraries = '../test/docs/recipe-libraries.d.ts';
    const config = { extends: '../tsconfig.json', include: ['*.ts', libraries] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const tsc = join(root, 'node_modules', '.bin', 'tsc');
    return spawnSync(tsc, ['--project', folder], { encoding: 'utf8' }).stdout;
  }

  test('are all there, and have the types of the client', () => {
    const section = page.slice(page.indexOf('## Recipes'));
    expect(section.match(/^### .*/gm)).toHaveLength(5);
    expect(recipes.size).toBe(5);
    expect(compile()).toBe('');
  });

  test('would not compile with a member that the client has not', () => {
    const [[name, source] = ['', '']] = recipes;
    const wrong = join(folder, 'wrong.ts');
    writeFileSync(wrong, source.replace('records.sealAll(', 'records.sealMany('));
    expect([name, compile()]).toEqual(['DynamoDB items', expect.stringMatching(/sealMany/)]);
    rmSync(wrong);
  });
});

describe('DynamoDB items', () => {
  let server: Server;
  let table: DynamoDBDocument;
  beforeAll(async () => {
    server = createRequire(import.meta.url)('dynalite')({ createTableMs: 0 });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const client = new DynamoDBClient({
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    });
    table = DynamoDBDocument.from(client);
    const index = 'email$index';
    await client.send(
      new CreateTableCommand({
        TableName: 'customers',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          { AttributeName: 'id', AttributeType: 'S' },
          { AttributeName: index, AttributeType: 'S' },
        ],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        GlobalSecondaryIndexes: [
          {
            IndexName: 'by-email',
            KeySchema: [{ AttributeName: index, KeyType: 'HASH' }],
            Projection: { ProjectionType: 'ALL' },
          },
        ],
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  test('go in sealed, are found by mail address, and open for their tenant alone', async () => {
    const { customersIn } = await recipe('DynamoDB items');
    const customer = { ...ada, address: { street: '1 Main Street', country: 'GB' } };
    await customersIn(table, acme).put(customer);
    const { Item } = await table.get({ TableName: 'customers', Key: { id: '7' } });
    expect(Item).toMatchObject({ id: '7', address: { country: 'GB' } });
    expect(Item?.email).toBeInstanceOf(Uint8Array);
    expect(JSON.stringify(Item)).not.toMatch(/ada@|Main/);
    expect(await customersIn(table, acme).find(ada.email)).toEqual([customer]);
    expect(await customersIn(table, acme).find('eve@example.com')).toEqual([]);
    expect(await customersIn(table, globex).find(ada.email)).toEqual([]);
  });
});

describe('Postgres rows', () => {
  const database = new DatabaseSync(':memory:');
  const [create = ''] = /CREATE TABLE customers \(.*?\)(?=`)/.exec(page) ?? [];
  const pool = {
    async query(text: string, values: readonly unknown[]) {
      const statement = database.prepare(
        text.replace(/= ANY\((\$\d)\)/, 'IN (SELECT value FROM json_each($1))'),
      );
      const given = values.map((value, at) => [
        `$${at + 1}`,
        Array.isArray(value) ? JSON.stringify(value) : value,
      ]);
      return { rows: statement.all(Object.fromEntries(given)) };
    },
  };

  test('go in sealed, are found by mail address, and open for their tenant alone', async () => {
    database.exec(create);
    const { customersIn } = await recipe('Postgres rows');
    const customers = [ada, { id: '8', email: 'bob@example.com' }];
    await customersIn(pool, acme).insert(customers);
    const rows = database.prepare('SELECT * FROM customers').all();
    expect(rows).toHaveLength(2);
    expect(
      Buffer.concat(rows.map(({ email }) => email as Uint8Array)).includes('example.com'),
    ).toBe(false);
    expect(await customersIn(pool, acme).find('bob@example.com')).toEqual([customers[1]]);
    expect(await customersIn(pool, globex).find('bob@example.com')).toEqual([]);
    // A field of another row is found.
    database.exec(`UPDATE customers SET email = (SELECT email FROM customers WHERE id = '8')`);
    await expect(customersIn(pool, acme).find(ada.email)).rejects.toThrow();
  });
});

describe('S3 objects', () => {
  const content = Buffer.alloc(1_000_000, 'the contract ');

  test('go up and come down, and no other object takes their place', async () => {
    const { upload, download } = await recipe('S3 objects');
    const to = (name: string) => join(folder, name);
    await upload(s3Client, acme, 'one.pdf', Readable.from([content]));
    await upload(s3Client, acme, 'two.pdf', Readable.from(['other']));
    expect(objects.get('one.pdf')?.includes('contract')).toBe(false);
    await download(s3Client, acme, 'one.pdf', to('one.pdf'));
    expect(readFileSync(to('one.pdf'))).toEqual(content);
    await expect(download(s3Client, globex, 'one.pdf', to('globex'))).rejects.toThrow();
    objects.set('two.pdf', objects.get('one.pdf') as Buffer);
    await expect(download(s3Client, acme, 'two.pdf', to('two.pdf'))).rejects.toThrow();
    objects.set('one.pdf', objects.get('one.pdf')?.subarray(0, 500_000) as Buffer);
    await expect(download(s3Client, acme, 'one.pdf', to('half'))).rejects.toThrow();
    await expect(download(s3Client, acme, 'none', to('none'))).rejects.toThrow('no object');
  });
});

test('Queues: a message opens in its queue alone', async () => {
  const { toBody, fromBody } = await recipe('Queues');
  const order = { number: 1, item: 'Größe 7' };
  const body = await toBody(acme, order);
  expect(body).toMatch(/^[\w+/]+=*$/);
  expect(await fromBody(acme, body)).toEqual(order);
  await expect(fromBody(globex, body)).rejects.toThrow();
  await expect(
    acme.decrypt(Buffer.from(body, 'base64'), { context: { queue: 'returns' } }),
  ).rejects.toThrow();
});

test('Log fields: a line tells nobody but its tenant who it is about', async () => {
  const { sealLines, openLine } = await recipe('Log fields');
  const time = '2026-11-26T10:00:00Z';
  const lines = [
    { id: '1', time, message: 'started' },
    { id: '2', time, message: 'logged in', email: ada.email, ip: '192.0.2.7' },
    { id: '3', time, message: 'refused', ip: '192.0.2.8' },
  ];
  const log: string = await sealLines(acme, lines);
  expect(log).toContain('logged in');
  expect(log).not.toMatch(/ada@|192\.0/);
  const [, second = '', third = ''] = log.split('\n');
  expect(await openLine(acme, second)).toEqual(lines[1]);
  expect(await openLine(acme, third)).toEqual(lines[2]);
  await expect(openLine(globex, second)).rejects.toThrow();
  await expect(openLine(acme, second.replace('"id":"2"', '"id":"3"'))).rejects.toThrow();
});
