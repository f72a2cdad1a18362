import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Credentials } from '../../../local/aws/authentication/credentials.ts';
import { administrator, userWith } from '../../harness/account.ts';
import { kmsRequest, openEndpoint, send, signed, type TestEndpoint } from './harness.ts';
import { resource, toyDynamoDb, toyKms, toySts } from './toy-service.ts';

let endpoint: TestEndpoint;
let admin: Credentials;

beforeAll(async () => {
  endpoint = await openEndpoint(() => [toyKms, toySts, toyDynamoDb]);
  admin = endpoint.credentials.issue(administrator);
});
afterAll(() => endpoint.close());

const kms = async (body: string, operation: string, by = admin) =>
  send(endpoint.url, await signed(kmsRequest(endpoint.url, body, operation), by));

const sts = async (body: string, by: Credentials = admin) => {
  const raw = kmsRequest(endpoint.url, body);
  delete raw.headers['x-amz-target'];
  raw.headers['content-type'] = 'application/x-www-form-urlencoded; charset=utf-8';
  return send(endpoint.url, await signed(raw, by, { service: 'sts' }));
};

const decrypt = (policy: string, by?: Credentials) =>
  kms(JSON.stringify({ CiphertextBlob: Buffer.from(policy).toString('base64') }), 'Decrypt', by);

describe('what an operation answers reaches the client', () => {
  test('its output', async () => {
    const answer = await kms('{"a":[1,"\u00e9"]}', 'Echo');
    expect(JSON.parse(answer.text)).toEqual({ input: { a: [1, 'é'] }, arn: administrator.arn });
  });

  test('its error, in the shape of its service', async () => {
    const answer = await kms('{}', 'Refuse');
    expect([answer.status, JSON.parse(answer.text)]).toEqual([
      400,
      { __type: 'DisabledException', message: 'it is disabled.' },
    ]);
  });

  test('its error without a message, without a member for one', async () => {
    const answer = await kms('{}', 'RefuseInSilence');
    expect([answer.status, JSON.parse(answer.text)]).toEqual([
      400,
      { __type: 'InvalidCiphertextException' },
    ]);
  });

  test('but of a defect only that there is one, with the detail to the stack', async () => {
    const answers = [await kms('{"canary":"canary-7f3a"}', 'Fail'), await sts('Action=Fail')];
    for (const answer of answers) {
      expect(answer.status).toBe(500);
      expect(answer.text).toContain('InternalFailure');
      expect(answer.text).not.toContain('canary-7f3a');
    }
    expect(endpoint.errors.map(String)).toEqual([
      expect.stringContaining('canary-7f3a'),
      expect.stringContaining('canary-7f3a'),
    ]);
  });
});

describe('bad input is never a 500', () => {
  test.each([
    '',
    '{',
    '{"a":',
    '[]',
    '"text"',
    'null',
    '1',
    '{} {}',
    `${'['.repeat(200_000)}`,
    `{"a":${'['.repeat(200)}${']'.repeat(200)}}`,
  ])('garbage is a SerializationException: %.20s', async (body) => {
    const answer = await kms(body, 'Echo');
    expect([answer.status, answer.code]).toEqual([400, 'SerializationException']);
  });

  test('an operation that is not there is unknown, the names of every object included', async () => {
    for (const name of ['Nope', 'toString', '__proto__', 'constructor', 'a.b']) {
      const answer = await kms('{}', name);
      expect([answer.status, answer.code]).toEqual([400, 'UnknownOperationException']);
    }
    expect((await sts('Action=Nope')).text).toContain('<Code>InvalidAction</Code>');
    expect((await sts('Action=GetCallerIdentity&Action=Fail')).text).toContain('InvalidAction');
  });

  test.each([
    ['GET', '/', 'TrentService.Echo'],
    ['POST', '/other', 'TrentService.Echo'],
    ['POST', '//', 'TrentService.Echo'],
    ['POST', '/', 'AmazonSQS.SendMessage'],
    ['POST', '/', 'TrentService'],
    ['POST', '/', ''],
  ])(
    'a request for what is not served here gets a list of what is: %s %s %s',
    async (method, path, target) => {
      const raw = { ...kmsRequest(endpoint.url, method === 'GET' ? '' : '{}'), method, path };
      raw.headers['x-amz-target'] = target;
      const answer = await send(endpoint.url, raw);
      expect([answer.status, answer.code]).toEqual([400, 'UnknownOperationException']);
      expect(answer.text).toContain('KMS');
    },
  );

  const form = 'application/x-www-form-urlencoded; charset=utf-8';
  test.each<[string, Record<string, string>, string?]>([
    ['sns', { 'content-type': form }],
    ['autoscaling', { 'content-type': form }],
    ['sqs', { 'x-amz-target': 'AmazonSQS.SendMessage' }],
    ['secretsmanager', { 'x-amz-target': 'secretsmanager.GetSecretValue' }],
    ['s3', { 'content-type': 'application/xml' }, '/bucket?list-type=2'],
    ['apigateway', { 'content-type': 'application/json' }, '/restapis'],
  ])(
    'a service that is not here is named, in a shape that its clients read, whoever signed: %s',
    async (service, headers, path = '/') => {
      const { 'x-amz-target': _, ...others } = kmsRequest(endpoint.url).headers;
      const body = headers['content-type'] === form ? 'Action=ListUsers&Version=1' : '{}';
      const raw = { ...kmsRequest(endpoint.url, body), path, headers: { ...others, ...headers } };
      const isXml = headers['content-type'] === form || service === 's3';
      for (const by of [admin, { ...admin, secretAccessKey: 'x' }]) {
        // A global service is signed for one region, wherever the caller is.
        const answer = await send(
          endpoint.url,
          await signed(raw, by, { service, region: 'us-east-1' }),
        );
        expect(answer.status).toBe(400);
        expect(answer.text).toContain(`The local stack has no ${service}. Served here: `);
        expect(answer.text.startsWith('<')).toBe(isXml);
        expect(answer.text).toContain(isXml ? '<Code>InvalidAction<' : 'UnknownOperationException');
      }
    },
  );

  test('a name that no service has, in what the caller signed for, is not repeated', async () => {
    const raw = kmsRequest(endpoint.url);
    delete raw.headers['x-amz-target'];
    raw.headers.authorization =
      'AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/<script>/aws4_request';
    const answer = await send(endpoint.url, raw);
    expect([answer.status, answer.code]).toEqual([400, 'UnknownOperationException']);
    expect(answer.text).not.toContain('script');
  });

  test('a body over the limit is refused before it is looked at', async () => {
    const answer = await kms(`{"a":"${'x'.repeat(1024 * 1024)}"}`, 'Echo');
    expect([answer.status, answer.code]).toEqual([413, 'RequestEntityTooLargeException']);
  });

  test.each([
    'Tags=1&Tags.member.1.Key=a',
    'RoleArn=a&RoleArn=b',
    `${'a.'.repeat(5000)}a=1`,
    '.=1',
  ])('a form that has two readings is refused: %.40s', async (form) => {
    const answer = await sts(`Action=GetCallerIdentity&${form}`);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('<Code>MalformedInput</Code>');
  });
});

describe('STS spells the refusal of a signature in its own way', () => {
  test('SignatureDoesNotMatch, InvalidClientTokenId, ExpiredToken: 403', async () => {
    const expired = endpoint.credentials.issue(administrator, { expiresAt: new Date(0) });
    const wrong = { ...admin, secretAccessKey: 'x' };
    const unknown = { ...admin, accessKeyId: 'AKIAAAAAAAAAAAAAAAAA' };
    const answers = [];
    for (const by of [wrong, unknown, expired]) {
      const { status, text } = await sts('Action=GetCallerIdentity', by);
      answers.push([status, /<Code>(\w+)<\/Code>/.exec(text)?.[1]]);
    }
    expect(answers).toEqual([
      [403, 'SignatureDoesNotMatch'],
      [403, 'InvalidClientTokenId'],
      [403, 'ExpiredToken'],
    ]);
  });
});

describe('a refusal by the policies says which side refused, as AWS words it', () => {
  const decrypting = { Effect: 'Allow', Action: 'kms:Decrypt', Resource: '*' };
  const words = (name: string) =>
    `User: arn:aws:iam::111122223333:user/${name} is not authorized to perform: kms:Decrypt on resource: ${resource}`;
  test.each([
    ['none', 'delegating', [], ' because no identity-based policy allows the kms:Decrypt action'],
    [
      'may',
      'silent',
      [decrypting],
      ' because no resource-based policy allows the kms:Decrypt action',
    ],
    ['may', 'denying', [decrypting], ' with an explicit deny in a resource-based policy'],
    [
      'denied',
      'delegating',
      [decrypting, { ...decrypting, Sid: 'No', Effect: 'Deny' }],
      ' with an explicit deny in an identity-based policy',
    ],
  ])('user %s, key policy %s', async (name, policy, statements, reason) => {
    const by = endpoint.credentials.issue(userWith(name, ...statements));
    const answer = await decrypt(policy, by);
    expect([answer.status, JSON.parse(answer.text)]).toEqual([
      400,
      { __type: 'AccessDeniedException', message: words(name) + reason },
    ]);
  });

  test('and none where both sides allow', async () => {
    const by = endpoint.credentials.issue(userWith('may', decrypting));
    expect((await decrypt('delegating', by)).status).toBe(200);
  });
});

describe('the global condition keys are the truth', () => {
  const where = async (Condition: object) => {
    const user = userWith('conditional', {
      Effect: 'Allow',
      Action: 'kms:WithCondition',
      Resource: '*',
      Condition,
    });
    return (await kms('{}', 'WithCondition', endpoint.credentials.issue(user))).status;
  };
  test.each([
    [{ StringEquals: { 'aws:RequestedRegion': 'eu-central-1' } }, 200],
    [{ StringEquals: { 'aws:RequestedRegion': 'us-east-1' } }, 400],
    [{ StringEquals: { 'aws:ResourceAccount': '111122223333' } }, 200],
    [{ StringEquals: { 'aws:PrincipalAccount': '111122223333' } }, 200],
    [{ IpAddress: { 'aws:SourceIp': '127.0.0.1/32' } }, 200],
    [{ IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }, 400],
    [{ Bool: { 'aws:SecureTransport': 'true' } }, 400],
    [{ Bool: { 'aws:SecureTransport': 'false' } }, 200],
    [{ DateGreaterThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } }, 200],
    [{ DateLessThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } }, 400],
    [{ DateGreaterThan: { 'aws:EpochTime': '1767225600' } }, 200],
    [{ DateLessThan: { 'aws:EpochTime': '1767225600' } }, 400],
  ])('%j: %d', async (condition, status) => {
    expect(await where(condition)).toBe(status);
  });
});

describe('every decision can be explained', () => {
  const explained = (path: string, headers: Record<string, string> = {}) =>
    send(endpoint.url, {
      method: 'GET',
      path,
      headers: { host: new URL(endpoint.url).host, ...headers },
      body: '',
    });

  test('by the request id, to anyone on this machine', async () => {
    const { requestId } = await decrypt('denying');
    const answer = await explained(`/_local/decisions/${requestId}`);
    expect(JSON.parse(answer.text)).toEqual([
      expect.objectContaining({
        requestId,
        action: 'kms:Decrypt',
        resource,
        context: expect.objectContaining({ 'aws:SecureTransport': 'false' }),
        callerArn: administrator.arn,
        decision: expect.objectContaining({ allowed: false, kind: 'explicit-deny' }),
        explanation: expect.stringContaining('key policy of toy statement No'),
      }),
    ]);
    expect(endpoint.decisions.of(requestId)).toHaveLength(1);
  });

  test('of an unknown request there is nothing to explain', async () => {
    expect((await explained('/_local/decisions/none')).text).toBe('[]\n');
    expect((await explained('/_local/decisions/')).status).toBe(400);
    expect((await explained('/_local/decisions/../x')).status).toBe(400);
  });

  test.each([
    ['under a foreign name that resolves to this machine', { host: 'evil.example:80' }],
    ['under two names', { host: 'evil.example:80, 127.0.0.1' }],
    ['to a web page', { origin: 'https://evil.example' }],
    ['to a web page of this machine', { origin: 'http://127.0.0.1:1' }],
    ['to an element of a web page, which sends no Origin', { 'sec-fetch-site': 'cross-site' }],
    ['to an element of a web page of this machine', { 'sec-fetch-site': 'same-site' }],
  ])('not %s', async (_, headers: Record<string, string>) => {
    const { requestId } = await decrypt('denying');
    const answer = await explained(`/_local/decisions/${requestId}`, headers);
    expect(answer.status).toBe(400);
    expect(answer.text).not.toContain('explanation');
  });

  test('as JSON that no other page can take for a script, to whoever follows the link of a refusal', async () => {
    const { requestId } = await decrypt('denying');
    for (const site of ['none', 'same-origin']) {
      const answer = await explained(`/_local/decisions/${requestId}`, { 'sec-fetch-site': site });
      expect(answer.status).toBe(200);
      expect(answer.headers).toMatchObject({
        'content-type': 'application/json',
        'x-content-type-options': 'nosniff',
        'cross-origin-resource-policy': 'same-origin',
        'cache-control': 'no-store',
      });
    }
  });
});

describe('every call is recorded once', () => {
  const last = () => endpoint.calls.at(-1);

  test('with its caller and outcome', async () => {
    const before = endpoint.calls.length;
    const { requestId } = await kms('{}', 'Echo');
    expect(endpoint.calls.length).toBe(before + 1);
    expect(last()).toEqual({
      time: expect.any(Date),
      requestId,
      service: 'kms',
      operation: 'Echo',
      caller: administrator,
      outcome: 'success',
    });
  });

  test('with its error code, and without a caller where the signature is wrong', async () => {
    await kms('{}', 'Refuse');
    expect(last()).toMatchObject({ outcome: 'error', errorCode: 'DisabledException' });
    await sts('Action=GetCallerIdentity', { ...admin, secretAccessKey: 'x' });
    expect(last()).toMatchObject({
      service: 'sts',
      operation: 'GetCallerIdentity',
      errorCode: 'SignatureDoesNotMatch',
    });
    expect(last()).not.toHaveProperty('caller');
  });
});
