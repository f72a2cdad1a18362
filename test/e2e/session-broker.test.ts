/**
 * No code that serves one tenant holds the power to become another. The attacks are those of somebody who runs code in
 * a function's environment, who invokes functions past API Gateway, or who has a role of the stack somewhere else.
 */
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { KMS } from '@aws-sdk/client-kms';
import { STS } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Credentials } from '../../local/aws/authentication/credentials.ts';
import type { FunctionDefinition } from '../../local/lambda/template.ts';
import { startTestStack, type TestStack } from './test-stack.ts';

let stack: TestStack;
let secret: string;
beforeAll(async () => {
  stack = await startTestStack({ tenantIsolation: true });
  for (const id of ['acme', 'globex', 'initech', 'cold']) await stack.client.onboard(id);
  secret = await stack.client.encrypt('acme', Buffer.from('acme alone reads this'));
});
afterAll(() => stack.close());

const definitionOf = (bundle: string): FunctionDefinition => {
  const all = [...stack.deployment.functions.values()];
  return all.find(({ handler }) => handler === `${bundle}.handler`) as FunctionDefinition;
};
const roleArn = (prefix: string): string => {
  const arn = [...stack.deployment.roles.keys()].find((one) => one.includes(prefix));
  return arn as string;
};
const clientsOf = (credentials: Credentials) => {
  const { aws: endpoint, region } = stack;
  const configuration = { endpoint, region, credentials, maxAttempts: 1 };
  return {
    sts: new STS(configuration),
    kms: new KMS(configuration),
    dynamodb: new DynamoDB(configuration),
  };
};
const assume = ({ sts }: { readonly sts: STS }, role: string, tenantId: string) =>
  sts.assumeRole({
    RoleArn: roleArn(role),
    RoleSessionName: tenantId,
    Tags: [{ Key: 'TenantId', Value: tenantId }],
  });
const denied = { name: 'AccessDenied' };
const sessionRoles = ['TenantRole', 'AuditReaderRole'];

describe("a function's environment, with its own role's credentials", () => {
  test.each(
    ['crypto', 'audit', 'authorizer', 'tenants', 'certificates', 'reconciler'].flatMap((bundle) =>
      sessionRoles.map((role) => [bundle, role] as const),
    ),
  )('of %s opens no session of %s', async (bundle, role) => {
    const environment = clientsOf(stack.deployment.issueTo(definitionOf(bundle)));
    for (const tenantId of ['acme', 'globex']) {
      await expect(assume(environment, role, tenantId)).rejects.toMatchObject(denied);
    }
  });

  test('of crypto uses no key and reads no table', async () => {
    const { kms, dynamodb } = clientsOf(stack.deployment.issueTo(definitionOf('crypto')));
    const refused = { name: 'AccessDeniedException' };
    await expect(dynamodb.scan({ TableName: stack.tableName })).rejects.toMatchObject(refused);
    await expect(kms.listKeys({})).rejects.toMatchObject(refused);
  });
});

describe("the session broker's role", () => {
  const broker = (credentials: Credentials) => clientsOf(credentials);

  test.each(sessionRoles)('in its own function opens sessions of %s', async (role) => {
    const own = broker(stack.deployment.issueTo(definitionOf('session-broker')));
    expect((await assume(own, role, 'acme')).Credentials).toBeDefined();
  });

  test.each(sessionRoles)('passed to another function opens none of %s', async (role) => {
    const passed = { ...definitionOf('crypto'), roleArn: definitionOf('session-broker').roleArn };
    const elsewhere = broker(stack.deployment.issueTo(passed));
    await expect(assume(elsewhere, role, 'acme')).rejects.toMatchObject(denied);
  });

  test.each(sessionRoles)('outside of any function opens none of %s', async (role) => {
    const brokerRole = stack.deployment.roles.get(definitionOf('session-broker').roleArn);
    const outside = broker(stack.deployment.issue(brokerRole as never, 'stolen'));
    await expect(assume(outside, role, 'acme')).rejects.toMatchObject(denied);
  });
});

interface Forged {
  readonly token?: string;
  readonly tenantId?: string;
  readonly principalId?: string;
  readonly operation?: string;
  readonly body?: object;
}

/** An administrator invokes the data plane's function with an event as API Gateway would make it. */
async function invokeCrypto({
  token,
  tenantId = 'acme',
  principalId = 'test',
  operation = 'decrypt',
  body = { ciphertext: secret },
}: Forged) {
  const event = {
    httpMethod: 'POST',
    resource: `/tenants/{tenantId}/${operation}`,
    path: `/tenants/${tenantId}/${operation}`,
    headers: {
      'Content-Type': 'application/json',
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
    },
    multiValueHeaders: {},
    pathParameters: { tenantId },
    requestContext: {
      requestId: 'forged',
      identity: { sourceIp: '203.0.113.9' },
      authorizer: { tenantId, principalId },
    },
    body: JSON.stringify(body),
    isBase64Encoded: false,
  };
  const { Payload } = await stack.administrator.lambda.invoke({
    FunctionName: definitionOf('crypto').name,
    TenantId: tenantId,
    Payload: JSON.stringify(event),
  });
  const { statusCode, body: text } = JSON.parse(Buffer.from(Payload ?? []).toString());
  return { status: statusCode, json: JSON.parse(text) };
}

describe('an event that did not come by API Gateway', () => {
  const forgeries: [string, number, () => Promise<Forged>][] = [
    ['without a token', 401, async () => ({})],
    ['with what is no token', 401, async () => ({ token: 'e30.e30.e30' })],
    [
      "with a token whose tenant was changed to the path's",
      401,
      async () => {
        const [head, payload = '', signature] = (await stack.client.tenantToken('globex')).split(
          '.',
        );
        const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
        const changed = JSON.stringify({ ...claims, tenant_id: 'acme' });
        const forged = Buffer.from(changed).toString('base64url');
        return { token: `${head}.${forged}.${signature}` };
      },
    ],
    [
      "with a neighbour's token",
      403,
      async () => ({ token: await stack.client.tenantToken('globex') }),
    ],
    [
      "with an administrator's token",
      403,
      async () => ({ token: await stack.client.adminToken() }),
    ],
    [
      "with an auditor's token",
      403,
      async () => ({ token: await stack.client.token('tenant-keys/audit-all') }),
    ],
    [
      'with a token of the tenant that only reads the audit',
      403,
      async () => ({ token: await stack.client.token('tenant-keys/audit', 'acme') }),
    ],
    [
      "with the tenant's own token, in another principal's name",
      401,
      async () => ({
        token: await stack.client.tenantToken('acme'),
        principalId: 'somebody-else',
      }),
    ],
  ];

  test.each(forgeries)(
    '%s opens nothing where a session is in memory: %d',
    async (_, status, by) => {
      // acme's environment is warm: it has encrypted the secret.
      expect(await invokeCrypto(await by())).toMatchObject({ status });
    },
  );

  test.each(forgeries)('%s opens nothing in a new environment: %d', async (_, status, by) => {
    const forged = await by();
    const fresh = { ...forged, tenantId: 'cold' };
    const answer = await invokeCrypto(fresh);
    expect([status, 401, 403]).toContain(answer.status);
    expect(answer.json.plaintext).toBeUndefined();
  });

  test('with the token of the tenant itself is a request of that tenant', async () => {
    const answer = await invokeCrypto({ token: await stack.client.tenantToken('acme') });
    expect(answer.status).toBe(200);
    expect(Buffer.from(answer.json.plaintext, 'base64').toString()).toBe('acme alone reads this');
  });

  test.each<[string, number, () => Promise<Forged>]>([
    ['without a token', 401, async () => ({})],
    ['that is malformed', 401, async () => ({ body: {} })],
    ['of no route', 404, async () => ({ operation: 'own' })],
    [
      "with a neighbour's token, in a new environment",
      403,
      async () => ({ token: await stack.client.tenantToken('globex'), tenantId: 'cold' }),
    ],
    [
      "with a neighbour's token and no body",
      401,
      async () => ({ token: await stack.client.tenantToken('globex'), body: {} }),
    ],
  ])('%s stands in the log without the principal that it claims: %d', async (_, status, by) => {
    const since = stack.logs.length;
    const forged = { principalId: 'the-chief-executive', ...(await by()) };
    expect(await invokeCrypto(forged)).toMatchObject({ status });
    await stack.settled();
    const lines = stack.logs.slice(since).join('');
    expect(lines).toContain(`"status":${status}`);
    expect(lines).not.toContain('the-chief-executive');
  });

  test('to the audit function opens no events', async () => {
    const read = async (token?: string) => {
      const event = {
        httpMethod: 'GET',
        resource: '/tenants/{tenantId}/audit',
        path: '/tenants/acme/audit',
        headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
        pathParameters: { tenantId: 'acme' },
        multiValueQueryStringParameters: null,
        requestContext: { requestId: 'forged', authorizer: { principalId: 'test' } },
        body: null,
      };
      const { Payload } = await stack.administrator.lambda.invoke({
        FunctionName: definitionOf('audit').name,
        Payload: JSON.stringify(event),
      });
      return JSON.parse(Buffer.from(Payload ?? []).toString()).statusCode;
    };
    const { client } = stack;
    expect(await read(await client.token('tenant-keys/audit-all'))).toBe(200);
    expect(await read()).toBe(401);
    expect(await read(await client.token('tenant-keys/audit', 'globex'))).toBe(403);
    expect(await read(await client.token('tenant-keys/crypto', 'acme'))).toBe(403);
  });
});

describe('the session broker, invoked by whoever may invoke it', () => {
  const ask = async (request: object) => {
    const { Payload, FunctionError } = await stack.administrator.lambda.invoke({
      FunctionName: definitionOf('session-broker').name,
      Payload: JSON.stringify(request),
    });
    return { FunctionError, ...JSON.parse(Buffer.from(Payload ?? []).toString()) };
  };

  test("gives a session of the token's tenant, with which the neighbour's key is refused", async () => {
    const { client } = stack;
    const token = await client.tenantToken('globex');
    const { outcome, credentials } = await ask({ plane: 'crypto', token, tenantId: 'globex' });
    expect(outcome).toBe('opened');
    const { kms } = clientsOf({ ...credentials, expiration: new Date(credentials.expiration) });
    const { keyArn: KeyId } = await client.onboard('acme');
    const EncryptionContext = { TenantId: 'acme' };
    const asked = kms.encrypt({ KeyId, Plaintext: Buffer.from('x'), EncryptionContext });
    await expect(asked).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  test('gives none for the tenant that its caller names', async () => {
    const token = await stack.client.tenantToken('globex');
    for (const plane of ['crypto', 'audit']) {
      expect(await ask({ plane, token, tenantId: 'acme' })).toEqual({ outcome: 'forbidden' });
    }
  });

  test('takes no event but the three members that it asks for', async () => {
    const token = await stack.client.tenantToken('globex');
    const answer = await ask({ plane: 'crypto', token, tenantId: 'globex', role: 'TenantRole' });
    expect(answer).toMatchObject({ FunctionError: 'Unhandled' });
    expect(JSON.stringify(answer)).not.toContain(token);
  });
});

describe('what it costs', () => {
  const invocations = (since: number) =>
    stack.calls.slice(since).filter(({ service }) => service === 'lambda').length;

  test('one call of the broker for all requests of an environment, whatever tokens they have', async () => {
    const since = stack.calls.length;
    const tokens = ['tenant-keys/crypto', 'tenant-keys/crypto openid', 'openid tenant-keys/crypto'];
    for (const scope of [...tokens, ...tokens]) {
      const token = await stack.client.token(scope, 'initech');
      const body = { plaintext: 'eA==' };
      const answer = await stack.client.send('POST', '/tenants/initech/encrypt', { token, body });
      expect(answer.status).toBe(200);
    }
    expect(invocations(since)).toBe(1);
  });

  test('one for many first requests at once', async () => {
    await stack.client.onboard('crowd');
    const token = await stack.client.tenantToken('crowd');
    const since = stack.calls.length;
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        stack.client.send('POST', '/tenants/crowd/encrypt', { token, body: { plaintext: 'eA==' } }),
      ),
    );
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(invocations(since)).toBe(1);
  });
});

test('a token that expires while API Gateway remembers it is a 401 all the same', async () => {
  const { client } = stack;
  const body = { plaintext: 'eA==' };
  const token = await client.token('tenant-keys/crypto short', 'globex');
  const ask = () => client.send('POST', '/tenants/globex/encrypt', { token, body });
  expect((await ask()).status).toBe(200);
  stack.pass(3700);
  try {
    expect(await ask()).toMatchObject({ status: 401, json: { code: 'unauthorized' } });
  } finally {
    stack.pass(-3700);
  }
});

test.each([
  ['lambda', 'Invoke', 'throttle'],
  ['lambda', 'Invoke', 'error'],
  ['sts', 'AssumeRole', 'error'],
] as const)(
  'where %s %s meets %s, a first request is a 503 that can be repeated',
  async (service, operation, fault) => {
    const tenantId = `down-${service}-${fault}`;
    await stack.client.onboard(tenantId);
    const token = await stack.client.tenantToken(tenantId);
    const ask = () =>
      stack.client.send('POST', `/tenants/${tenantId}/encrypt`, {
        token,
        body: { plaintext: 'eA==' },
      });
    stack.deployment.faults.set([{ service, operation, fault }]);
    try {
      const answer = await stack.inHaste(ask);
      expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    } finally {
      stack.deployment.faults.set([]);
    }
    expect((await ask()).status).toBe(200);
  },
);
