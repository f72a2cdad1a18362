/** Who did what, and who tried: found in the audit by the right reader, and by no other. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type RequestEvent, requestEvent } from '../../contract/audit.ts';
import { type Route, routes } from '../../contract/routes.ts';
import { stackPartition } from '../../contract/table-schema.ts';
import type { Send } from './client.ts';
import { type Control, startControl } from './control.ts';
import { expectProblem } from './problem.ts';
import { tenantKms } from './tenant-kms.ts';
import type { TestStack } from './test-stack.ts';

let stack: TestStack;
let control: Control;
beforeAll(async () => {
  ({ stack, control } = await startControl());
  for (const tenantId of ['acme', 'globex']) await stack.client.onboard(tenantId);
});
afterAll(() => stack.close());

const plaintext = 'aGVsbG8=';
const auditToken = (tenantId: string) => stack.client.token('tenant-keys/audit', tenantId);

/** A token of a client of that name. */
async function tokenOf(clientId: string, scope: string, tenantId?: string): Promise<string> {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    scope,
  });
  if (tenantId !== undefined) form.set('tenant_id', tenantId);
  const answer = await fetch(`${stack.issuer}/oauth2/token`, { method: 'POST', body: form });
  return Object(await answer.json()).access_token;
}

/** One request: what a reader finds. */
async function found(tenantId: string, query: string, token?: string): Promise<RequestEvent[]> {
  const answer = await stack.client.send('GET', `/tenants/${tenantId}/audit?${query}`, {
    token: token ?? (await auditToken(tenantId)),
  });
  expect(answer.status).toBe(200);
  return answer.json.events;
}

describe('an actor and a label', () => {
  const headers = { 'Tenant-Keys-Actor': 'jane@example.com', 'tenant-keys-label': 'ticket 4711' };
  const claims = { actor: 'jane@example.com', label: 'ticket 4711' };

  test('of a request to the data plane are in its event, beside the principal', async () => {
    const token = await stack.client.tenantToken('acme');
    const body = { plaintext };
    const sent = { token, body, headers };
    const { status } = await stack.client.send('POST', '/tenants/acme/encrypt', sent);
    expect(status).toBe(200);
    await stack.indexed();
    const events = await found('acme', 'actor=jane@example.com');
    expect(events).toMatchObject([{ operation: 'encrypt', principal: 'test', ...claims }]);
    requestEvent.parse(events[0]);
    expect(await found('globex', 'actor=jane@example.com')).toEqual([]);
  });

  test('are in no encryption context, in no record of CloudTrail and in no metric', async () => {
    const trail = JSON.stringify(stack.deployment.trail.events);
    const lines = stack.logs.filter((line) => line.includes('jane@example.com'));
    expect(lines).not.toEqual([]);
    expect(trail).not.toContain('jane@example.com');
    for (const line of lines) expect(JSON.stringify(JSON.parse(line)._aws)).not.toContain('jane');
  });

  test('of a change by an administrator are in the event of the change', async () => {
    const token = await stack.client.adminToken();
    for (const step of ['suspend', 'resume']) {
      await stack.client.send('POST', `/tenants/globex/${step}`, { token, headers });
    }
    await stack.indexed();
    expect(await found('globex', 'actor=jane@example.com')).toMatchObject([
      { ...claims, before: { status: 'ACTIVE' }, after: { status: 'SUSPENDED' } },
      { ...claims, before: { status: 'SUSPENDED' }, after: { status: 'ACTIVE' } },
    ]);
  });

  const all = routes.filter(({ path, operation }) => operation !== 'onboard' || path.includes('{'));
  const sendTo = async ({ method, path, scopes }: Route, wrong: NonNullable<Send['headers']>) => {
    const [scope] = scopes;
    const ofTenant = scope === 'tenant-keys/crypto' || scope === 'tenant-keys/audit';
    const token = await stack.client.token(scope as string, ofTenant ? 'acme' : undefined);
    return stack.client.send(method, path.replace('{tenantId}', 'acme'), { token, headers: wrong });
  };
  const wrongClaims = [
    ['tenant-keys-actor', { 'Tenant-Keys-Actor': ['jane', 'john'] }],
    ['tenant-keys-label', { 'tenant-keys-label': 'caf\xe9' }],
  ] satisfies [string, Send['headers']][];

  test('that are wrong are refused by each route before it does anything, and name who sent them', async () => {
    const sent = new Map<unknown, string>();
    for (const route of all) {
      for (const [name, wrong] of wrongClaims) {
        const answer = await sendTo(route, wrong);
        expectProblem(answer, 400, 'bad-request');
        expect(answer.json.detail).toMatch(new RegExp(`^${name}: must be`));
        sent.set(answer.headers['x-amzn-requestid'], route.operation);
      }
    }
    await stack.settled();
    const lines = stack.logs
      .map((line) => JSON.parse(line))
      .filter(({ message, requestId }) => message === 'request' && sent.has(requestId));
    expect(lines).toHaveLength(all.length * wrongClaims.length);
    for (const line of lines) {
      const operation = sent.get(line.requestId);
      expect(line).toMatchObject({ operation, principal: 'test', code: 'bad-request' });
      expect([line.KmsCalls, line.actor, line.after]).toEqual([undefined, undefined, undefined]);
    }
  });
});

describe('a change of a tenant', () => {
  test('says what was before and what is after, and by whom', async () => {
    await control.put('initech', { displayName: 'Initech', rotationPeriodInDays: 180 });
    await control.post('initech', 'suspend');
    await control.offboard('initech');
    await stack.indexed();
    const events = await found('initech', 'kind=request');
    const keyArn = expect.stringMatching(/^arn:aws:kms:/);
    const change = (before: object | undefined, after: object) => ({
      principal: 'test',
      ...(before && { before }),
      after,
    });
    expect(events.map(({ principal, before, after }) => ({ principal, before, after }))).toEqual([
      change(undefined, {
        status: 'ACTIVE',
        displayName: 'Initech',
        rotationPeriodInDays: 180,
        keyStore: 'aws-kms',
        keyArn,
      }),
      change({ status: 'ACTIVE' }, { status: 'SUSPENDED' }),
      change({ status: 'SUSPENDED' }, { status: 'OFFBOARDING', deletionDate: expect.any(String) }),
    ]);
  });

  test('that was refused, or was done before, changed nothing', async () => {
    expectProblem(await control.post('initech', 'resume'), 409, 'tenant-offboarding');
    expect((await control.offboard('initech')).status).toBe(202);
    await stack.indexed();
    const events = await found('initech', 'kind=request&order=newest&limit=2');
    expect(events.map(({ operation, outcome, after }) => [operation, outcome, after])).toEqual([
      ['offboard', 'succeeded', undefined],
      ['resume', 'refused', undefined],
    ]);
  });
});

test("who reads a tenant's audit is an event in it", async () => {
  const auditor = await stack.client.token('tenant-keys/audit-all');
  await found('globex', 'limit=1', auditor);
  await stack.indexed();
  expect(await found('globex', 'operation=listEvents&order=newest&limit=1')).toMatchObject([
    { kind: 'request', outcome: 'succeeded', principal: 'test', sourceAddress: '127.0.0.1' },
  ]);
});

describe('an attempt by another tenant', () => {
  const atGlobex = '/tenants/globex/decrypt';
  let token: string;
  beforeAll(async () => {
    token = await tokenOf('mallory', 'tenant-keys/crypto', 'acme');
    const ciphertext = await stack.client.encrypt('globex', Buffer.from('globex alone reads this'));
    const body = { ciphertext };
    const refused = await stack.client.send('POST', atGlobex, { token, body });
    expectProblem(refused, 403, 'forbidden');
    expect(await invokeCrypto({ token, ofToken: 'acme', ofPath: 'globex', body })).toBe(403);
    const { KeyId } = await globexKey();
    const EncryptionContext = { TenantId: 'globex' };
    const CiphertextBlob = Buffer.from('x');
    const direct = { KeyId, Plaintext: CiphertextBlob, EncryptionContext };
    await expect(tenantKms(stack, 'acme').encrypt(direct)).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
    await stack.indexed();
  });

  const globexKey = async () => {
    const { json } = await control.get('/tenants/globex');
    return { KeyId: json.keyArn as string };
  };

  /** Past API Gateway, with an event as it makes them of acme's token, at a function of acme's. */
  async function invokeCrypto(forged: {
    readonly token: string;
    readonly ofToken: string;
    readonly ofPath: string;
    readonly body: object;
  }): Promise<number> {
    const [{ name } = { name: '' }] = [...stack.deployment.functions.values()].filter(
      ({ handler }) => handler === 'crypto.handler',
    );
    const event = {
      httpMethod: 'POST',
      resource: '/tenants/{tenantId}/decrypt',
      path: atGlobex,
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${forged.token}` },
      pathParameters: { tenantId: forged.ofPath },
      requestContext: {
        requestId: randomUUID(),
        stage: 'v1',
        authorizer: { tenantId: forged.ofToken, principalId: 'mallory' },
        identity: { sourceIp: '192.0.2.66' },
      },
      body: JSON.stringify(forged.body),
      isBase64Encoded: false,
    };
    const { Payload } = await stack.administrator.lambda.invoke({
      FunctionName: name,
      TenantId: forged.ofToken,
      Payload: JSON.stringify(event),
    });
    return JSON.parse(Buffer.from(Payload ?? []).toString()).statusCode;
  }

  const attempts: [string, string, object][] = [
    [
      'that API Gateway refused, with the principal and the issuer of the token',
      'kind=attempt&principal=mallory',
      {
        operation: 'decrypt',
        outcome: 'refused',
        errorCode: 'forbidden',
        status: 403,
        principal: 'mallory',
        issuer: expect.stringMatching(/^http:/),
        sourceAddress: '127.0.0.1',
      },
    ],
    [
      'that came to a function, without a name, since its token was not checked',
      'kind=request&outcome=refused&principal=unknown',
      { operation: 'decrypt', errorCode: 'forbidden', status: 403, sourceAddress: '192.0.2.66' },
    ],
    [
      'that came to KMS, with the session',
      'kind=kms&outcome=refused&operation=Encrypt',
      { errorCode: 'AccessDenied', session: 'acme' },
    ],
  ];

  test.each(attempts)(
    '%s, is found by its tenant in one request, once',
    async (_, query, event) => {
      expect(await found('globex', query)).toMatchObject([event]);
    },
  );

  test.each(attempts)('%s, is found by the auditor in one request', async (_, query, event) => {
    const auditor = await stack.client.token('tenant-keys/audit-all');
    expect(await found('globex', query, auditor)).toMatchObject([event]);
  });

  test.each(attempts)('%s, is in no audit of who tried', async (_, query) => {
    expect(await found('acme', query)).toEqual([]);
  });

  test('is one event, whatever layer refused it', async () => {
    expect(await found('globex', 'principal=mallory')).toHaveLength(1);
    expect(await found('globex', 'kind=request&principal=unknown')).toHaveLength(1);
  });

  test('does not say which tenant the token was of, where API Gateway refused it', async () => {
    const events = await found('globex', 'kind=attempt&principal=mallory');
    expect(JSON.stringify(events)).not.toContain('acme');
  });

  const others = [
    ['the neighbour who tried', 'tenant-keys/audit', 'acme'],
    ['its own token for encryption', 'tenant-keys/crypto', 'globex'],
    ['its own token with the auditor’s scope', 'tenant-keys/audit-all', 'globex'],
    ['a token without a tenant', 'tenant-keys/audit', undefined],
  ] as const;
  test.each(others)('is read by nobody else: %s', async (_, scope, tenantId) => {
    const path = '/tenants/globex/audit?kind=attempt';
    const other = await stack.client.token(scope, tenantId);
    expectProblem(await stack.client.send('GET', path, { token: other }), 403, 'forbidden');
    expectProblem(await stack.client.send('GET', path), 401, 'unauthorized');
  });
});

describe('whatever an attempt writes into its path', () => {
  const send = (path: string, token?: string) =>
    stack.client.send('GET', path, token === undefined ? {} : { token });

  test('it forges no event, breaks no other and is not lost', async () => {
    const token = await tokenOf('trudy', 'tenant-keys/crypto', 'acme');
    const hostile = [
      '/tenants/globex","error":"-","x":"/audit',
      '/tenants/globex\\/audit',
      '/tenants/globex","principal":"jane","status":"200/audit',
      '/tenants/"}{"path":"globex/audit',
      '/tenants/stack%2F/audit',
    ];
    for (const path of hostile) expect((await send(path, token)).status).toBe(403);
    await stack.indexed();
    const { Items = [] } = await stack.administrator.dynamodb.query({
      TableName: stack.auditTableName,
      KeyConditionExpression: 'tenantId = :stack',
      FilterExpression: 'principal = :trudy AND #status = :status',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: {
        ':stack': { S: stackPartition },
        ':trudy': { S: 'trudy' },
        ':status': { N: '403' },
      },
    });
    expect(Items).toHaveLength(hostile.length);
    expect(await found('globex', 'kind=attempt&principal=jane')).toEqual([]);
    const summaries = stack.logs.map((line) => JSON.parse(line));
    expect(summaries.filter(({ UnreadableLines }) => UnreadableLines > 0)).toEqual([]);
  });

  test('an escaped id is that tenant’s', async () => {
    const token = await tokenOf('oscar', 'tenant-keys/crypto', 'acme');
    expect((await send('/tenants/gl%6Fbex/audit', token)).status).toBe(403);
    await stack.indexed();
    expect(await found('globex', 'kind=attempt&principal=oscar')).toMatchObject([
      { operation: 'listEvents' },
    ]);
  });
});

describe('an attempt without a token that counts', () => {
  test('is of nobody, and many are one event that counts them', async () => {
    for (let times = 0; times < 20; times += 1) {
      const answer = await stack.client.send('GET', '/tenants/globex/audit', { token: 'a.b.c' });
      expectProblem(answer, 401, 'unauthorized');
    }
    await stack.indexed();
    const events = await found('globex', 'kind=attempt&principal=unknown&order=newest');
    const times = events.map((event) => Object(event).times ?? 1);
    expect(times.reduce((sum, one) => sum + one, 0)).toBeGreaterThanOrEqual(20);
    expect(events.length).toBeLessThan(20);
    expect(events[0]).toMatchObject({ operation: 'listEvents', errorCode: 'unauthorized' });
  });
});

test('a suspension is found by its tenant and the auditor in one request: by whom, from where, what', async () => {
  const token = await tokenOf('jane', 'tenant-keys/admin');
  const headers = { 'Tenant-Keys-Label': 'ticket 4712' };
  await stack.client.send('POST', '/tenants/globex/suspend', { token, headers });
  await stack.indexed();
  const event = {
    kind: 'request',
    operation: 'suspend',
    outcome: 'succeeded',
    principal: 'jane',
    sourceAddress: '127.0.0.1',
    label: 'ticket 4712',
    before: { status: 'ACTIVE' },
    after: { status: 'SUSPENDED' },
  };
  const auditor = await stack.client.token('tenant-keys/audit-all');
  for (const reader of [await auditToken('globex'), auditor]) {
    expect(await found('globex', 'operation=suspend&principal=jane', reader)).toMatchObject([
      event,
    ]);
  }
  expect(await found('acme', 'operation=suspend&principal=jane')).toEqual([]);
});

describe('what is about no tenant', () => {
  const everybody = async (query: string, token?: string) =>
    stack.client.send('GET', `/audit?${query}`, {
      token: token ?? (await stack.client.token('tenant-keys/audit-all')),
    });
  const listed = 'operation=list&principal=lister';

  beforeAll(async () => {
    const token = await tokenOf('lister', 'tenant-keys/admin');
    expect((await stack.client.send('GET', '/tenants', { token })).status).toBe(200);
    await stack.indexed();
  });

  test('is found by who reads all events, in one request, and names no tenant', async () => {
    const { events } = (await everybody(listed)).json;
    expect(events).toMatchObject([{ kind: 'request', operation: 'list', outcome: 'succeeded' }]);
    expect(Object.keys(events[0])).not.toContain('tenantId');
  });

  test('is found in no tenant’s audit, whoever reads it', async () => {
    const auditor = await stack.client.token('tenant-keys/audit-all');
    for (const tenantId of ['acme', 'globex']) {
      expect(await found(tenantId, listed)).toEqual([]);
      expect(await found(tenantId, listed, auditor)).toEqual([]);
    }
  });

  test.each([
    ['a tenant', 'tenant-keys/audit', 'acme'],
    ['a tenant with the auditor’s scope', 'tenant-keys/audit-all', 'acme'],
    ['a token without a tenant', 'tenant-keys/audit', undefined],
  ] as const)('is not read by %s', async (_, scope, tenantId) => {
    const token = await stack.client.token(scope, tenantId);
    expectProblem(await everybody(listed, token), 403, 'forbidden');
  });

  test.each([stackPartition, 'all/0', 'stack', 'all'])(
    'is read under no tenant’s name: %j',
    async (name) => {
      const token = await stack.client.token('tenant-keys/audit-all');
      const path = `/tenants/${encodeURIComponent(name)}/audit?${listed}`;
      const { status, json } = await stack.client.send('GET', path, { token });
      expect([200, 400, 403, 404]).toContain(status);
      expect(json.events ?? []).toEqual([]);
    },
  );
});
