/** The events of all tenants, for the auditor: each of them, whose it is, and nobody else reads them. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type AuditEvent, auditEvents } from '../../contract/audit.ts';
import { isOcsf } from '../lambdas/audit/ocsf-schema.ts';
import { startControl } from './control.ts';
import { expectProblem } from './problem.ts';
import type { TestStack } from './test-stack.ts';

const tenantIds = ['acme', 'globex', 'umbrella'];
const plaintext = 'aGVsbG8=';

let stack: TestStack;
beforeAll(async () => {
  ({ stack } = await startControl());
  for (const tenantId of tenantIds) {
    await stack.client.onboard(tenantId);
    const token = await stack.client.tenantToken(tenantId);
    for (const body of [{ plaintext }, { plaintext: 'not base64' }]) {
      await stack.client.send('POST', `/tenants/${tenantId}/encrypt`, { token, body });
    }
  }
  await stack.indexed();
  until = new Date().toISOString();
}, 120_000);
afterAll(() => stack.close());

const auditor = () => stack.client.token('tenant-keys/audit-all');
const get = async (path: string, token?: string, headers?: Record<string, string>) =>
  stack.client.send('GET', path, {
    token: token ?? (await auditor()),
    ...(headers && { headers }),
  });

/** Reading makes events too, later ones. */
let until: string;
const events = async (path: string, query = ''): Promise<AuditEvent[]> => {
  const { status, json } = await get(`${path}?limit=1000&to=${until}${query}`);
  expect(status).toBe(200);
  return auditEvents.parse(json).events;
};

const orderOf = (one: AuditEvent) =>
  `${one.time}/${one.kind}/${one.eventId}/${one.tenantId ?? 'stack/'}`;
const byOrder = (one: AuditEvent, other: AuditEvent) => (orderOf(one) < orderOf(other) ? -1 : 1);

describe('all events', () => {
  test.each(['', '&routine=true', '&outcome=refused', '&kind=request'])(
    'are those of each tenant, in one order, with %j',
    async (query) => {
      const all = await events('/audit', query);
      const each = await Promise.all(
        tenantIds.map((tenantId) => events(`/tenants/${tenantId}/audit`, query)),
      );
      expect(each.every((own) => own.length > 0)).toBe(true);
      expect(all.filter(({ tenantId }) => tenantId !== undefined)).toEqual(
        each.flat().sort(byOrder),
      );
    },
  );

  test('come in pages, the newest first too, each one call of each shard', async () => {
    const all = (await events('/audit')).toReversed();
    const found: AuditEvent[] = [];
    let cursor = '';
    do {
      const query = `?order=newest&limit=5&to=${until}${cursor && `&cursor=${cursor}`}`;
      const { json } = await get(`/audit${query}`);
      found.push(...json.events);
      cursor = json.nextCursor ?? '';
    } while (cursor !== '');
    expect(found).toEqual(all);
    await stack.settled();
    const lines = stack.logs
      .map((line) => JSON.parse(line))
      .filter(({ operation, message }) => message === 'request' && operation === 'listAllEvents');
    expect(Math.max(...lines.map(({ TableCalls }) => TableCalls))).toBeLessThanOrEqual(16);
  });

  test('can be exported, and each line says whose it is', async () => {
    const answer = await get(`/audit?format=ocsf&limit=1000&to=${until}`);
    const lines = answer.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    for (const line of lines) expect([isOcsf(line), isOcsf.errors]).toEqual([true, null]);
    expect(lines.map(({ metadata }) => [metadata.uid, metadata.tenant_uid])).toEqual(
      (await events('/audit')).map(({ eventId, tenantId }) => [eventId, tenantId]),
    );
  });

  test.each([
    ['of a tenant', '/tenants/acme/audit?limit=1', '/audit?limit=1'],
    ['of all, for a tenant', '/audit?limit=1', '/tenants/acme/audit?limit=1'],
  ])('take no cursor %s', async (_, from, to) => {
    const { nextCursor } = (await get(from)).json;
    expectProblem(await get(`${to}&cursor=${nextCursor}`), 400, 'invalid-cursor');
  });

  test.each(['?kind=KMS', '?tenantId=acme', '?format=csv'])('with %s are a 400', async (query) => {
    expectProblem(await get(`/audit${query}`), 400, 'bad-request');
  });

  test('in a form that there is not are a 406', async () => {
    const answer = await get('/audit', undefined, { Accept: 'text/html' });
    expectProblem(answer, 406, 'not-acceptable');
  });
});

describe('who reads all events', () => {
  test.each(['tenant-keys/audit-all', 'tenant-keys/admin'])('%s does', async (scope) => {
    expect((await get('/audit', await stack.client.token(scope))).status).toBe(200);
  });

  const mayNot: [string, string, string | undefined][] = [
    ['a tenant', 'tenant-keys/audit', 'acme'],
    [
      'a tenant with every scope',
      'tenant-keys/audit tenant-keys/audit-all tenant-keys/admin',
      'acme',
    ],
    ['a tenant whose token has lost its tenant', 'tenant-keys/audit tenant-keys/crypto', undefined],
    ['a token of no scope', 'openid', undefined],
  ];
  test.each(mayNot)('%s does not', async (_, scope, tenantId) => {
    expectProblem(await get('/audit', await stack.client.token(scope, tenantId)), 403, 'forbidden');
  });

  /** As an administrator of the account may, past API Gateway and its authorizer. */
  async function invoke(token: string | undefined, authorizer: object) {
    const { handler, name } = [...stack.deployment.functions.values()].find(
      (one) => one.handler === 'audit.handler',
    ) as { handler: string; name: string };
    expect(handler).toBe('audit.handler');
    const { Payload } = await stack.administrator.lambda.invoke({
      FunctionName: name,
      Payload: JSON.stringify({
        httpMethod: 'GET',
        resource: '/audit',
        path: '/audit',
        headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
        multiValueHeaders: {},
        multiValueQueryStringParameters: null,
        pathParameters: null,
        requestContext: { requestId: 'forged', identity: { sourceIp: '203.0.113.9' }, authorizer },
        body: null,
        isBase64Encoded: false,
      }),
    });
    const { statusCode, body } = JSON.parse(Buffer.from(Payload ?? []).toString());
    return { status: statusCode, json: JSON.parse(body) };
  }

  test("nor does who invokes the function with a tenant's token, whatever the event says", async () => {
    // A session that reads all is in memory.
    await get('/audit');
    const tenants = await stack.client.token('tenant-keys/audit tenant-keys/audit-all', 'acme');
    const lost = await stack.client.token('tenant-keys/audit');
    const forged: [string | undefined, object, number][] = [
      [tenants, { principalId: 'test' }, 403],
      [tenants, { principalId: 'test', tenantId: 'acme' }, 403],
      [lost, { principalId: 'test' }, 403],
      [undefined, { principalId: 'test' }, 401],
      [await auditor(), { principalId: 'somebody-else' }, 401],
      [await auditor(), { principalId: 'test', tenantId: 'acme' }, 403],
      [await auditor(), {}, 403],
    ];
    for (const [token, authorizer, status] of forged) {
      const answer = await invoke(token, authorizer);
      expect([authorizer, answer.status, answer.json.events]).toEqual([
        authorizer,
        status,
        undefined,
      ]);
    }
    expect((await invoke(await auditor(), { principalId: 'test' })).status).toBe(200);
  });
});
