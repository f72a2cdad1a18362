/** Who used which key: from a call of KMS, by the trail and the indexer, to the answer of the API. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type AuditEvent,
  auditEvents,
  type KeyEvent,
  type RequestEvent,
} from '../../contract/audit.ts';
import { type Operation, planeOf, routes } from '../../contract/routes.ts';
import type { TrailEvent } from '../../local/cloudtrail/event.ts';
import { type Control, startControl } from './control.ts';
import { expectProblem } from './problem.ts';
import { tenantKms } from './tenant-kms.ts';
import type { TestStack } from './test-stack.ts';

const tenantIds = ['acme', 'globex', 'umbrella'];

let stack: TestStack;
let control: Control;
const keyArns: Record<string, string> = {};
/** Reading makes events as well: those before it stay as they are. */
let until: string;
beforeAll(async () => {
  ({ stack, control } = await startControl({ dataKeyMaxAgeSeconds: 300 }));
  for (const tenantId of tenantIds) {
    keyArns[tenantId] = (await stack.client.onboard(tenantId)).keyArn;
  }
  await useAll();
  await tryNeighbours();
  await administer();
  await stack.indexed();
  until = new Date().toISOString();
});
afterAll(() => stack.close());

const plaintext = 'aGVsbG8=';

const crypto = async (tenantId: string, operation: string, body: object) =>
  stack.client.send('POST', `/tenants/${tenantId}/${operation}`, {
    token: await stack.client.tenantToken(tenantId),
    body,
  });

/** Every operation of the data plane, for two tenants. */
async function useAll() {
  for (const tenantId of ['acme', 'globex']) {
    const encryptionContext = { document: 'invoice-7' };
    const { json } = await crypto(tenantId, 'encrypt', { plaintext, encryptionContext });
    const encrypted = { ciphertext: json.ciphertext, encryptionContext };
    for (let times = 0; times < 3; times += 1) await crypto(tenantId, 'decrypt', encrypted);
    await crypto(tenantId, 'reencrypt', { ...encrypted, newEncryptionContext: { document: '8' } });
    const items = [{ plaintext }, { plaintext: 'not base64' }, { plaintext }];
    await crypto(tenantId, 'encrypt-batch', { items });
    await crypto(tenantId, 'decrypt-batch', { items: [encrypted, encrypted] });
    const direct = await crypto(tenantId, 'encrypt', { plaintext, mode: 'direct' });
    await crypto(tenantId, 'decrypt', { ciphertext: direct.json.ciphertext });
    const dataKey = await crypto(tenantId, 'data-keys', {});
    const { wrappedDataKey } = dataKey.json;
    await crypto(tenantId, 'data-keys/decrypt', { wrappedDataKey });
    // KMS refuses it, and so does the data plane.
    await crypto(tenantId, 'data-keys/decrypt', { wrappedDataKey, encryptionContext });
  }
}

/** With a tenant's own session, as with the AWS CLI. */
async function tryNeighbours() {
  const acme = tenantKms(stack, 'acme');
  const KeyId = keyArns.globex as string;
  const EncryptionContext = { TenantId: 'globex' };
  const attempts = [
    () => acme.encrypt({ KeyId, Plaintext: Buffer.from('x'), EncryptionContext }),
    () => acme.generateDataKey({ KeyId, KeySpec: 'AES_256', EncryptionContext }),
    () => acme.describeKey({ KeyId }),
    () =>
      stack.administrator.kms.encrypt({ KeyId, Plaintext: Buffer.from('x'), EncryptionContext }),
  ];
  for (const attempt of attempts) {
    await expect(attempt()).rejects.toMatchObject({ name: 'AccessDeniedException' });
  }
}

/** By the control plane, the reconciler and an administrator of the account. */
async function administer() {
  const KeyId = keyArns.umbrella as string;
  await control.post('umbrella', 'key/rotations');
  await control.post('umbrella', 'suspend');
  await control.post('umbrella', 'resume');
  await stack.administrator.kms.disableKeyRotation({ KeyId });
  await stack.run('reconciler');
  await control.send('DELETE', '/tenants/umbrella?force=true');
  // Calls on a key that is no tenant's.
  const { KeyMetadata } = await stack.administrator.kms.createKey({});
  await stack.administrator.kms.describeKey({ KeyId: KeyMetadata?.Arn });
}

const reading = async (tenantId: string, query = '', token?: string) =>
  stack.client.send('GET', `/tenants/${tenantId}/audit${query}`, {
    token: token ?? (await stack.client.token('tenant-keys/audit', tenantId)),
  });

async function eventsOf(tenantId: string, to = until): Promise<AuditEvent[]> {
  const { status, json } = await reading(tenantId, `?limit=1000&routine=true&to=${to}`);
  expect(status).toBe(200);
  return auditEvents.parse(json).events;
}
const isKms = (event: AuditEvent): event is KeyEvent => event.kind === 'kms';
const isOfOperator = ({ principal }: AuditEvent) => principal.endsWith(':user/operator');
const isRequest = (event: AuditEvent): event is RequestEvent => event.kind === 'request';
const isOfDataPlane = (event: AuditEvent): event is RequestEvent =>
  isRequest(event) && planeOf(event.operation as Operation) === 'crypto';

/** What CloudTrail has about a tenant's key. */
const trailOf = (tenantId: string): TrailEvent[] =>
  stack.deployment.trail.events.filter(({ resources }) =>
    resources.some(({ ARN }) => ARN === keyArns[tenantId]),
  );

describe.each(tenantIds)('the events of %s', (tenantId) => {
  test('are one for each call of KMS and each refusal on its key, in order, and no others', async () => {
    const trail = trailOf(tenantId);
    expect(trail.length).toBeGreaterThan(8);
    const events = (await eventsOf(tenantId)).filter(isKms);
    expect(events.map(({ eventId }) => eventId)).toEqual(
      trail.map(({ eventID }) => eventID).sort(),
    );
    const byId = new Map(trail.map((event) => [event.eventID, event]));
    for (const event of events) {
      const { eventName, errorCode, requestID } = byId.get(event.eventId) as TrailEvent;
      expect([event.operation, event.errorCode, event.requestId]).toEqual([
        eventName,
        errorCode,
        requestID,
      ]);
      expect(event.keyArn).toBe(keyArns[tenantId]);
    }
  });

  test('are sorted by time', async () => {
    const times = (await eventsOf(tenantId)).map(({ time }) => time);
    expect(times).toEqual(times.toSorted());
  });

  test('are one for each request about the tenant', async () => {
    const lines = stack.logs
      .map((line) => JSON.parse(line))
      .filter((line) => line.message === 'request' && line.tenantId === tenantId)
      .filter(({ timestamp }) => timestamp < until);
    const events = (await eventsOf(tenantId)).filter(isRequest);
    expect(events.map(({ requestId }) => requestId).sort()).toEqual(
      lines.map(({ requestId }) => requestId).sort(),
    );
  });
});

test('each call of KMS that a request to the data plane rests on is an event of the same tenant', async () => {
  let joined = 0;
  for (const tenantId of ['acme', 'globex']) {
    const events = await eventsOf(tenantId);
    const known = new Set(events.filter(isKms).map(({ requestId }) => requestId));
    for (const { kmsCalls, operation } of events.filter(isOfDataPlane)) {
      expect([operation, kmsCalls.length > 0]).toEqual([operation, true]);
      for (const { requestId } of kmsCalls) expect(known).toContain(requestId);
      joined += kmsCalls.length;
    }
  }
  expect(joined).toBeGreaterThan(20);
});

test('a data key that was used again is the same in each request, and one call of KMS', async () => {
  const events = (await eventsOf('acme')).filter(isOfDataPlane);
  const [encrypted, ...opened] = events.filter(({ operation }) => /^(en|de)crypt$/.test(operation));
  const [, ...cached] = opened.slice(0, 3);
  const [{ requestId, dataKeyId } = { requestId: '' }] = opened[0]?.kmsCalls ?? [];
  expect(dataKeyId).toMatch(/^[0-9a-f]{32}$/);
  expect(encrypted?.kmsCalls[0]?.dataKeyId).toBe(dataKeyId);
  expect(encrypted?.kmsCalls[0]?.requestId).not.toBe(requestId);
  expect(cached.map(({ kmsCalls }) => kmsCalls)).toEqual([
    [{ requestId, dataKeyId }],
    [{ requestId, dataKeyId }],
  ]);
});

test('a batch says how many items it had, and how many of them failed', async () => {
  const [event] = (await eventsOf('acme')).filter(
    (one) => isRequest(one) && one.operation === 'encryptBatch',
  );
  expect(event).toMatchObject({ items: 3, failedItems: 1, outcome: 'succeeded', status: 200 });
});

test('the refusals of a neighbour name the neighbour, and are not among its own events', async () => {
  const refused = (await eventsOf('globex')).filter(isKms).filter((one) => one.session === 'acme');
  expect(
    refused.map(({ operation, outcome, errorCode }) => [operation, outcome, errorCode]),
  ).toEqual([
    ['Encrypt', 'refused', 'AccessDenied'],
    ['GenerateDataKey', 'refused', 'AccessDenied'],
    ['DescribeKey', 'refused', 'AccessDenied'],
  ]);
  const own = (await eventsOf('acme')).filter(isKms);
  expect(own.every(({ keyArn }) => keyArn === keyArns.acme)).toBe(true);
});

test('an administrator who changes a key, and one who tries to use it, is named', async () => {
  const byOperator = (events: AuditEvent[]) => events.filter(isKms).filter(isOfOperator);
  expect(byOperator(await eventsOf('umbrella'))).toMatchObject([
    { operation: 'DisableKeyRotation', outcome: 'succeeded' },
  ]);
  expect(byOperator(await eventsOf('globex'))).toMatchObject([
    { operation: 'Encrypt', outcome: 'refused' },
  ]);
});

test('what was encrypted is nowhere in them', async () => {
  const { Items } = await stack.administrator.dynamodb.scan({ TableName: stack.auditTableName });
  const text = JSON.stringify(Items);
  expect(text).toContain('invoice-7');
  for (const secret of [plaintext, 'hello', 'not base64']) expect(text).not.toContain(secret);
});

describe('the answer', () => {
  test('comes in pages that neither skip nor repeat', async () => {
    const all = await eventsOf('acme');
    const found: AuditEvent[] = [];
    let cursor = '';
    do {
      const page = `?limit=7&routine=true&to=${until}${cursor && `&cursor=${cursor}`}`;
      const { json } = await reading('acme', page);
      const { events, nextCursor } = auditEvents.parse(json);
      expect(events.length).toBeLessThanOrEqual(7);
      found.push(...events);
      cursor = nextCursor ?? '';
    } while (cursor !== '');
    expect(found).toEqual(all);
  });

  test('rests on one call of the table, which the request counts', async () => {
    const before = stack.logs.length;
    await reading('acme');
    await stack.settled();
    const lines = stack.logs.slice(before).map((line) => JSON.parse(line));
    expect(lines.filter(({ operation }) => operation === 'listEvents')).toMatchObject([
      { message: 'request', TableCalls: 1 },
    ]);
  });

  test('begins at from and ends before to', async () => {
    const all = await eventsOf('acme');
    const from = all[5]?.time as string;
    const to = all.at(-1)?.time as string;
    const { json } = await reading('acme', `?limit=1000&routine=true&from=${from}&to=${to}`);
    expect(json.events).toEqual(all.filter(({ time }) => time >= from && time < to));
    expect((await reading('acme', `?from=${to}&to=${to}`)).json).toEqual({ events: [] });
  });

  test('is empty for a tenant that does not exist, which an auditor may ask for', async () => {
    const token = await stack.client.token('tenant-keys/audit-all');
    const { status, json } = await reading('nobody', '', token);
    expect([status, json]).toEqual([200, { events: [] }]);
  });

  test.each([
    '?limit=0',
    '?limit=1001',
    '?from=yesterday',
    '?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z',
    '?limit=1&limit=2',
  ])('with %s is a 400', async (query) => {
    expectProblem(await reading('acme', query), 400, 'bad-request');
  });

  const cursor = (position: unknown) => Buffer.from(JSON.stringify(position)).toString('base64url');
  test.each([
    ['garbage', 'x'],
    ['of no query', cursor({ after: '2026-01-01T00:00:00.000Z/kms/x', of: '' })],
    ["another tenant's", cursor({ tenantId: 'globex', after: '2026', of: '' })],
    ['not a text', cursor({ after: 1, of: '' })],
    ['too long', cursor({ after: '2'.repeat(1500), of: '' })],
  ])('with a cursor that is %s is a 400', async (_, forged) => {
    const answer = await reading('acme', `?from=2000-01-01T00:00:00Z&cursor=${forged}`);
    expectProblem(answer, 400, 'invalid-cursor');
  });

  test("with a neighbour's cursor is a 400", async () => {
    const { nextCursor } = (await reading('globex', '?limit=5')).json;
    expect((await reading('globex', `?limit=5&cursor=${nextCursor}`)).status).toBe(200);
    expectProblem(await reading('acme', `?limit=5&cursor=${nextCursor}`), 400, 'invalid-cursor');
  });

  const filters: [string, (event: AuditEvent) => boolean][] = [
    ['kind=kms', isKms],
    ['outcome=refused', ({ outcome }) => outcome === 'refused'],
    ['operation=decryptBatch', ({ operation }) => operation === 'decryptBatch'],
    ['principal=arn:aws:iam::111122223333:user/operator', isOfOperator],
    ['kind=request&outcome=refused', (event) => isRequest(event) && event.outcome === 'refused'],
  ];
  test.each(filters)('with %s has these events alone', async (query, isWanted) => {
    const wanted = (await eventsOf('globex')).filter(isWanted);
    expect(wanted.length).toBeGreaterThan(0);
    const { json } = await reading('globex', `?limit=1000&routine=true&to=${until}&${query}`);
    expect(json).toEqual({ events: wanted });
  });

  test('has the newest first if asked', async () => {
    const all = await eventsOf('acme');
    const { json } = await reading('acme', `?order=newest&limit=3&routine=true&to=${until}`);
    expect(json.events).toEqual(all.toReversed().slice(0, 3));
  });

  test.each([
    ['?kind=KMS', 'kind: must be one of: kms, request, attempt'],
    ['?outcome=denied', 'outcome: must be one of: succeeded, refused, failed'],
    ['?order=desc', 'order: must be one of: oldest, newest'],
    ['?routine=yes', 'routine: must be one of: true, false'],
    ['?kind=kms&kind=request', 'kind: must be given once'],
    ['?actor=', 'actor: must be a text of 1-256 characters'],
    [
      '?tenantId=globex',
      'query: has an unknown parameter; allowed: from, to, order, kind, outcome, operation, principal, actor, routine, format, limit, cursor',
    ],
  ])('with %s is a 400 that says what may stand there', async (query, text) => {
    const answer = await reading('acme', query);
    expectProblem(answer, 400, 'bad-request');
    expect(answer.json.detail).toContain(text);
  });
});

describe('who may read', () => {
  const may: [string, string, string | undefined][] = [
    ['the tenant, with the audit scope', 'tenant-keys/audit', 'acme'],
    ['an auditor, of whichever tenant', 'tenant-keys/audit-all', undefined],
    ['an administrator', 'tenant-keys/admin', undefined],
  ];
  test.each(may)('%s', async (_, scope, tenantId) => {
    const token = await stack.client.token(scope, tenantId);
    expect((await reading('acme', '', token)).status).toBe(200);
  });

  const mayNot: [string, string, string | undefined][] = [
    ['a neighbour', 'tenant-keys/audit', 'globex'],
    ['a neighbour with every scope', 'tenant-keys/audit tenant-keys/admin', 'globex'],
    ['the tenant, without the scope', 'tenant-keys/crypto', 'acme'],
    ["the tenant, with an administrator's scope", 'tenant-keys/admin', 'acme'],
    ['somebody who may encrypt', 'tenant-keys/crypto', undefined],
    ['a tenant whose token has lost its tenant', 'tenant-keys/audit tenant-keys/crypto', undefined],
    ["a neighbour with the auditor's scope", 'tenant-keys/audit tenant-keys/audit-all', 'globex'],
    ["the tenant, with the auditor's scope alone", 'tenant-keys/audit-all', 'acme'],
  ];
  test.each(mayNot)('but not %s', async (_, scope, tenantId) => {
    const token = await stack.client.token(scope, tenantId);
    expectProblem(await reading('acme', '', token), 403, 'forbidden');
  });

  const auditor = () => stack.client.token('tenant-keys/audit-all');

  test('an auditor reads of every tenant', async () => {
    const token = await auditor();
    const get = (path: string) => stack.client.send('GET', path, { token });
    const { status, json } = await get('/tenants');
    const ids = json.tenants.map((tenant: { tenantId: string }) => tenant.tenantId);
    expect([status, ids.sort()]).toEqual([200, [...tenantIds].sort()]);
    for (const id of tenantIds) {
      expect((await get(`/tenants/${id}`)).status).toBe(200);
      expect((await reading(id, '', token)).status).toBe(200);
    }
    expect((await get('/audit')).status).toBe(200);
    expect((await get('/tenants/acme/key/rotations')).status).toBe(200);
    expect((await get('/certificate-key')).status).toBe(200);
    expectProblem(await get('/tenants/acme/erasure-certificate'), 409, 'tenant-not-erased');
  });

  test.each(
    routes
      .filter(({ method, plane }) => method !== 'GET' || plane === 'crypto')
      .map(({ method, path }) => [method, path] as const),
  )('and may do nothing else: %s %s', async (method, path) => {
    const token = await auditor();
    const answer = await stack.client.send(method, path.replace('{tenantId}', 'acme'), { token });
    expectProblem(answer, 403, 'forbidden');
  });
});

describe('where AWS fails', () => {
  test.each([
    { service: 'dynamodb', operation: 'Query', fault: 'throttle' },
    { service: 'dynamodb', operation: 'Query', fault: 'error' },
  ] as const)('$service $operation $fault is a 503 with Retry-After', async (fault) => {
    stack.deployment.faults.set([fault]);
    const answer = await reading('acme');
    stack.deployment.faults.clear();
    expectProblem(answer, 503, 'unavailable');
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  });

  test('a session that is over is renewed', async () => {
    stack.deployment.faults.set([
      { service: 'dynamodb', operation: 'Query', fault: 'expired', count: 1 },
    ]);
    expect((await reading('acme')).status).toBe(200);
    stack.deployment.faults.clear();
  });
});

test('what the trail delivers a second time changes nothing', async () => {
  const before = await Promise.all(tenantIds.map((id) => eventsOf(id)));
  for (const event of stack.deployment.trail.events) stack.deliver(event);
  await stack.indexed();
  expect(await Promise.all(tenantIds.map((id) => eventsOf(id)))).toEqual(before);
});

test('requests to which a client gives one id are an event each', async () => {
  const requestId = randomUUID();
  const token = await stack.client.tenantToken('acme');
  const { json } = await crypto('acme', 'encrypt', { plaintext });
  const send = () =>
    stack.client.send('POST', '/tenants/acme/decrypt', {
      token,
      body: { ciphertext: json.ciphertext },
      headers: { 'x-amzn-RequestId': requestId },
    });
  const answers = await Promise.all(Array.from({ length: 400 }, send));
  expect(new Set(answers.map(({ headers }) => headers['x-amzn-requestid']))).toEqual(
    new Set([requestId]),
  );
  await stack.indexed();
  const now = new Date().toISOString();
  const events = (await eventsOf('acme', now)).filter((event) => event.requestId === requestId);
  expect(events).toHaveLength(400);
  expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(400);
});
