/** The page at `/` and its data: tenants and events as they are, for this machine only. */
import { randomUUID } from 'node:crypto';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
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
    const { columns } = (await page('/_local/matrix')).json;
    expect(columns.map(({ tenantId }: { tenantId: string }) => tenantId)).toEqual([
      'acme',
      'globex',
    ]);
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
    });
  });
});

describe('/_local/audit', () => {
  const put = async (tenantId: string, time: string, more: object = {}) => {
    const eventId = randomUUID();
    const eventKey = `${time}/kms/${eventId}`;
    const Item = marshall({
      tenantId,
      eventKey,
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
    expect(events[2]).not.toHaveProperty('expiresAt');
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

describe('/', () => {
  test('is one file of HTML that may run its own script, have its own style, and ask its own origin', async () => {
    const { status, headers, text } = await page('/');
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; script-src 'sha256-[A-Za-z0-9+/]{43}='; style-src 'sha256-[A-Za-z0-9+/]{43}='; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'$/,
    );
    expect(headers).toMatchObject({
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    });
    // It loads nothing from elsewhere: its only URL is the namespace of its icon.
    expect(text.match(/https?:\/\/[\w./]*/g)).toEqual(['http://www.w3.org/2000/svg']);
  });

  test.each([
    ['is not there under a name of somebody else', 'GET', '/', { host: 'evil.example' }],
    ['is not there for a web page', 'GET', '/', { origin: 'https://evil.example' }],
    ['is not there for a signed request', 'GET', '/', { authorization: 'AWS4-HMAC-SHA256 x' }],
    ['is not there with a query, as presigned requests have', 'GET', '/?X-Amz-Signature=0', {}],
    ['is not there by HEAD', 'HEAD', '/', {}],
  ])('%s', async (_, method, path, headers) => {
    const answer = await page(path, headers, method);
    expect([answer.status, answer.headers['content-type']]).not.toContain(
      'text/html; charset=utf-8',
    );
    expect(answer.status).toBe(400);
  });
});
