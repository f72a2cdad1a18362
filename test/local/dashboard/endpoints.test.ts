/** The page at `/` and its data: tenants and events as they are, for this machine only. */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { allEventsKey, allEventsShards } from '../../../contract/table-schema.ts';
import { newestCount } from '../../../local/dashboard/events.ts';
import { type OpenHarness, openHarness } from '../../isolation/harness.ts';
import { synthesizedTemplate } from '../../isolation/template.ts';
import { ask } from './json.ts';

const template = await synthesizedTemplate();
let harness: OpenHarness;
let auditTable = '';
const page = (path: string, headers: object = {}, method = 'GET') =>
  ask(`${harness.deployment.url}${path}`, headers, method);

beforeAll(async () => {
  harness = await openHarness({ template, situation: 'deployed' });
  const { TableNames } = await harness.operator.dynamodb.listTables({});
  auditTable = TableNames?.find((name) => name.includes('AuditTable')) as string;
});
afterAll(() => harness.close());

describe('/_local/tenants', () => {
  const tenantNamed = async (tenantId: string) =>
    (await page('/_local/tenants')).json.tenants.find(
      (tenant: { tenantId: string }) => tenant.tenantId === tenantId,
    );

  test('has every row of the registry, with the key as KMS has it', async () => {
    const { tenants } = (await page('/_local/tenants')).json;
    const ids = tenants.map(({ tenantId }: { tenantId: string }) => tenantId);
    expect(ids).toEqual(['acme', 'acme2', 'globex']);
    expect(tenants[0]).toEqual({
      tenantId: 'acme',
      keyArn: harness.tenants[0]?.keyArn,
      use: { outcome: 'succeeds' },
      key: {
        keyId: harness.tenants[0]?.keyArn.split('/')[1],
        state: 'Enabled',
        createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
        rotations: [],
        lastUse: { operation: 'Encrypt', date: expect.stringMatching(/^\d{4}-.*Z$/) },
      },
    });
  });

  test('has rotations, states and dates of deletion, with rotation off while a key waits for its end', async () => {
    const { kms } = harness.operator;
    const KeyId = harness.tenants[1]?.keyArn as string;
    await kms.enableKeyRotation({ KeyId, RotationPeriodInDays: 120 });
    await kms.rotateKeyOnDemand({ KeyId });
    const { key } = await tenantNamed('acme2');
    expect(key.rotation).toEqual({ periodInDays: 120, nextDate: expect.stringMatching(/Z$/) });
    expect(key.rotations).toEqual([{ date: expect.stringMatching(/Z$/), type: 'ON_DEMAND' }]);
    await kms.disableKey({ KeyId });
    expect((await tenantNamed('acme2')).key.state).toBe('Disabled');
    const { DeletionDate } = await kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 30 });
    const pending = (await tenantNamed('acme2')).key;
    expect(pending).toMatchObject({
      state: 'PendingDeletion',
      deletionDate: DeletionDate?.toISOString(),
    });
    expect(pending).not.toHaveProperty('rotation');
    harness.deployment.clock.advance(31 * 86_400_000);
    expect(await tenantNamed('acme2')).not.toHaveProperty('key');
  });

  test('shows of a row that was written by hand what it can', async () => {
    await harness.operator.dynamodb.putItem({
      TableName: harness.tableName,
      Item: marshall({
        tenantId: 'zz',
        status: 7,
        keyArn: 'arn:aws:kms:eu-west-1:999999999999:key/1',
      }),
    });
    expect(await tenantNamed('zz')).toEqual({
      tenantId: 'zz',
      keyArn: 'arn:aws:kms:eu-west-1:999999999999:key/1',
      use: { outcome: 'gone', error: 'NotFoundException' },
    });
  });
});

describe('/_local/audit', () => {
  let written = 0;
  const put = async (tenantId: string, time: string, more: object = {}) => {
    written += 1;
    const eventId = randomUUID();
    const eventKey = `${time}/kms/${eventId}`;
    const Item = marshall({
      tenantId,
      eventKey,
      [allEventsKey.partition]: allEventsShards[written % allEventsShards.length],
      [allEventsKey.sort]: `${eventKey}/${tenantId}`,
      expiresAt: 1,
      kind: 'kms',
      eventId,
      time,
      ...more,
    });
    await harness.operator.dynamodb.putItem({ TableName: auditTable, Item });
  };

  test('has the newest events of all tenants, newest first, as they were written', async () => {
    await put('acme', '2126-01-01T00:00:01.000Z', { encryptionContext: '{"TenantId":"acme"}' });
    await put('globex', '2126-01-01T00:00:02.000Z');
    await put('acme', '2126-01-01T00:00:03.000Z');
    const { events } = (await page('/_local/audit')).json;
    // There may be older ones of other tests.
    const seen = events
      .slice(0, 3)
      .map(({ tenantId, time }: Record<string, string>) => `${time} ${tenantId}`);
    expect(seen).toEqual([
      '2126-01-01T00:00:03.000Z acme',
      '2126-01-01T00:00:02.000Z globex',
      '2126-01-01T00:00:01.000Z acme',
    ]);
    expect(events[2]).toMatchObject({ kind: 'kms', encryptionContext: { TenantId: 'acme' } });
    for (const name of ['expiresAt', 'eventShard', 'eventOrder']) {
      expect(events[2]).not.toHaveProperty(name);
    }
  });

  test('has those of a tenant alone, and of those whose ids were searched for', async () => {
    const idsOf = async (query: string) => {
      const { events } = (await page(`/_local/audit?${query}`)).json;
      return [...new Set(events.map((event: { tenantId: string }) => event.tenantId))].sort();
    };
    await put('acme2', '2126-01-01T00:00:04.000Z');
    await put('a-tenant-that-has-no-row', '2126-01-01T00:00:05.000Z');
    expect(await idsOf('tenantId=acme')).toEqual(['acme']);
    expect(await idsOf('tenantId=acm')).toEqual([]);
    expect(await idsOf('search=acme')).toEqual(['acme', 'acme2']);
    expect(await idsOf('search=lobe')).toEqual(['globex']);
    expect(await idsOf('')).toContain('a-tenant-that-has-no-row');
  });

  test('has what is wanted and rare, and leaves nothing out in between', async () => {
    for (let count = 0; count < 300; count += 1) {
      const time = new Date(Date.UTC(2126, 0, 2) + count).toISOString();
      await put('acme', time, { outcome: count % 50 === 0 ? 'refused' : 'succeeded' });
    }
    await put('acme', '2126-01-02T01:00:00.000Z', { outcome: 'refused', routine: true });
    const { events } = (await page('/_local/audit?refused=true&tenantId=acme')).json;
    const all = (await page('/_local/audit?refused=true')).json.events;
    const refused = (list: { time: string; outcome?: string }[]) =>
      list.filter(({ outcome }) => outcome === 'refused').map(({ time }) => time);
    expect(refused(all)).toHaveLength(6);
    expect(refused(all)).toEqual(refused(events));
  });

  test('shows no row that a function has given the attributes of the index, and is no event', async () => {
    const Item = marshall({
      tenantId: 'baseline/acme',
      eventKey: '9999',
      [allEventsKey.partition]: allEventsShards[0],
      [allEventsKey.sort]: '9999',
    });
    await harness.operator.dynamodb.putItem({ TableName: auditTable, Item });
    const { events } = (await page('/_local/audit?routine=true')).json;
    expect(events.map(({ eventKey }: { eventKey: string }) => eventKey)).not.toContain('9999');
  });

  test('has no more than it says, however many there are', async () => {
    for (let count = 0; count < newestCount; count += 1) {
      await put('acme', new Date(Date.UTC(2126, 1, 1) + count).toISOString());
    }
    const { events } = (await page('/_local/audit')).json;
    expect(events).toHaveLength(newestCount);
    expect(new Set(events.map(({ time }: { time: string }) => time.slice(0, 7)))).toEqual(
      new Set(['2126-02']),
    );
  });
});

const paths = [
  '/_local/tenants',
  '/_local/audit',
  '/_local/tenant?tenantId=acme',
  '/_local/tenant/users?tenantId=acme',
  '/_local/matrix',
  '/_local/matrix/cell?session=operator&key=acme',
  '/_local/proof',
];

describe.each(paths)('%s', (path) => {
  test.each([
    ['a web page', { origin: 'https://evil.example' }],
    ['a web page of this machine', { origin: 'http://127.0.0.1:1' }],
    ['a sandboxed web page', { origin: 'null' }],
    ['an element of a web page, which sends no Origin', { 'sec-fetch-site': 'cross-site' }],
    ['an element of a web page of this machine', { 'sec-fetch-site': 'same-site' }],
    ['a name of somebody else for this machine', { host: 'evil.example:4566' }],
  ])('says nothing to %s', async (_, headers) => {
    const { status, json } = await page(path, headers);
    expect([status, Object.keys(json)]).toEqual([403, ['message']]);
  });

  test('answers a script of its own page, as JSON that no other page can take for a script', async () => {
    const { status, headers } = await page(path, { 'sec-fetch-site': 'same-origin' });
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
    });
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });

  test.each(['POST', 'DELETE', 'OPTIONS'])('takes no %s', async (method) => {
    expect((await page(path, {}, method)).status).toBe(405);
  });
});

test('faults do not hit these endpoints, and do not count them', async () => {
  const [fault] = [{ service: '*', operation: '*', fault: 'error' } as const];
  harness.deployment.faults.set([fault]);
  for (const path of paths) expect([path, (await page(path)).status]).toEqual([path, 200]);
  const { json } = await page('/_local/faults');
  harness.deployment.faults.clear();
  expect(json).toMatchObject([{ hits: 0 }]);
});

describe('the page', () => {
  const folder = join(import.meta.dirname, '../../../local/dashboard/page');
  const files = readdirSync(folder).filter((name) => name !== 'index.html');
  const safe = {
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  };

  test('runs the scripts of its folder, has the styles there, and asks its own origin', async () => {
    const { status, headers, text } = await page('/');
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    const own = `${harness.deployment.url}/_local/page/`;
    expect(headers['content-security-policy']).toBe(
      `default-src 'none'; script-src ${own}; style-src ${own}; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'`,
    );
    expect(headers).toMatchObject(safe);
    // Nothing inline, which the policy would refuse, and nothing from elsewhere: its only URL is the namespace of its
    // icon.
    expect(text).not.toMatch(/<style|<script>|\sstyle=|\son\w+=/);
    expect(text.match(/https?:\/\/[\w./]*/g)).toEqual(['http://www.w3.org/2000/svg']);
  });

  test.each(files)('has the file %s as what it is, with the same headers', async (name) => {
    const { status, headers, text } = await page(`/_local/page/${name}`);
    const type = name.endsWith('.js') ? 'text/javascript' : 'text/css';
    expect([status, headers['content-type']]).toEqual([200, `${type}; charset=utf-8`]);
    expect(headers).toMatchObject(safe);
    expect(text).toBe(readFileSync(join(folder, name), 'utf8'));
    expect(text.split('\n').length).toBeLessThan(200);
    // What is not the page's own folder, it does not load.
    expect(text).not.toMatch(/https?:|@import|url\(|import\(|from '(?!\.\/[\w-]+\.js')/);
  });

  test.each(['/', '/_local/page/main.js'])('%s is not there for anybody else', async (path) => {
    const others: [string, string, object][] = [
      ['GET', path, { host: 'evil.example' }],
      ['GET', path, { host: `evil.example/${path}` }],
      ['GET', path, { origin: 'https://evil.example' }],
      ['GET', path, { origin: 'http://127.0.0.1:1' }],
      ['GET', path, { origin: 'null' }],
      ['GET', path, { authorization: 'AWS4-HMAC-SHA256 x' }],
      // As presigned requests have it.
      ['GET', `${path}?X-Amz-Signature=0`, {}],
      ['HEAD', path, {}],
      ['POST', path, {}],
    ];
    for (const [method, target, headers] of others) {
      const answer = await page(target, headers, method);
      expect([method, target, headers, answer.status]).toEqual([method, target, headers, 400]);
      expect(String(answer.headers['content-type'])).not.toMatch(/^text/);
    }
  });

  test.each([
    '/_local/page/',
    '/_local/page/index.html',
    '/_local/page/../endpoints.ts',
    '/_local/page/..%2fendpoints.ts',
    '/_local/page/%6dain.js',
    '/_local/page/constructor',
    '/_local/page//main.js',
  ])('%s is no file of it', async (path) => {
    const { port } = new URL(harness.deployment.url);
    expect((await askRaw(Number(port), path)).slice(0, 12)).toBe('HTTP/1.1 400');
  });
});

/** A path that no client would send as it is. */
const askRaw = (port: number, path: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.end(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`);
    });
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('end', () => resolve(Buffer.concat(chunks).toString()));
    socket.on('error', reject);
  });
