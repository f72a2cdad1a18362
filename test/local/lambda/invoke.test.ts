import type { Lambda } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { explain } from '../../../local/iam/authorize.ts';
import { type RawRequest, send, signed } from '../aws/harness.ts';
import { account, role } from '../small-template.ts';
import { arnOf, type Functions, invoked, openFunctions, refusal } from './harness.ts';

const allow = (Resource: unknown, Condition?: object) =>
  role({
    Effect: 'Allow',
    Action: 'lambda:InvokeFunction',
    Resource,
    ...(Condition && { Condition }),
  });
const name = (logicalId: string) => `TenantKeys-${logicalId}`;

let functions: Functions;
let operator: Lambda;
beforeAll(async () => {
  functions = await openFunctions({
    MayNot: role(),
    MayEcho: allow({ 'Fn::GetAtt': ['Echo', 'Arn'] }),
    MayMissing: allow(arnOf('Missing')),
    MayLatest: allow(`${arnOf('Echo')}:$LATEST`),
    MayOfTeam: allow('*', { StringEquals: { 'aws:ResourceTag/Team': 'a' } }),
    Denied: role(
      { Effect: 'Allow', Action: '*', Resource: '*' },
      { Sid: 'NotEcho', Effect: 'Deny', Action: 'lambda:*', Resource: arnOf('Echo') },
    ),
  });
  operator = functions.client(functions.deployment.operator);
});
afterAll(() => functions.close());

const as = (roleName: string) => functions.client(functions.session(roleName));
const echo = { FunctionName: name('Echo') };

const request = (logicalId = 'Echo'): RawRequest => ({
  method: 'POST',
  path: `/2015-03-31/functions/${name(logicalId)}/invocations`,
  headers: { host: new URL(functions.deployment.url).host },
  body: '{}',
});

/** An Invoke that can be wrong in any way, signed as it is. */
async function raw(
  change: Partial<RawRequest> & { readonly query?: string },
  sign: Parameters<typeof signed>[2] = {},
) {
  const { url, operator: by } = functions.deployment;
  const { query = '', ...rest } = change;
  const whole = await signed({ ...request(), ...rest }, by, {
    region: account.region,
    service: 'lambda',
    ...sign,
  });
  return send(url, { ...whole, path: `${whole.path}${query}` });
}

describe('serialization', () => {
  test('an answer has the status, the version and the JSON of the function', async () => {
    const { payload, ...rest } = await invoked(operator, { ...echo, Payload: '{"a":["é",1]}' });
    expect(rest).toEqual({ status: 200, StatusCode: 200, ExecutedVersion: '$LATEST' });
    expect(payload.event).toEqual({ a: ['é', 1] });
    expect(payload.invokedFunctionArn).toBe(arnOf('Echo'));
  });

  test.each([
    ['a name', name('Echo')],
    ['a name and $LATEST', `${name('Echo')}:$LATEST`],
    ['a partial ARN', `${account.accountId}:function:${name('Echo')}`],
    ['an ARN', arnOf('Echo')],
    ['an ARN with $LATEST', `${arnOf('Echo')}:$LATEST`],
  ])('the function is named by %s, as the SDK encodes it', async (_, FunctionName) => {
    expect((await invoked(operator, { FunctionName })).status).toBe(200);
    // As a client may write it that encodes no more than it must.
    const path = `/2015-03-31/functions/${FunctionName}/invocations`;
    expect((await raw({ path })).status).toBe(200);
  });

  test('the qualifier may be a parameter, signed with the rest', async () => {
    expect((await invoked(operator, { ...echo, Qualifier: '$LATEST' })).status).toBe(200);
    expect((await raw({ query: '?Qualifier=$LATEST' })).text).toContain('does not match');
  });

  test('no payload is an empty object, any JSON is an event', async () => {
    expect((await invoked(operator, echo)).payload.event).toEqual({});
    for (const event of [null, 7, 'text', [1, 2]]) {
      const Payload = JSON.stringify(event);
      expect((await invoked(operator, { ...echo, Payload })).payload.event).toEqual(event);
    }
  });

  test('the request id of the answer is the one that the function sees', async () => {
    const { $metadata, Payload } = await operator.invoke(echo);
    const { awsRequestId } = JSON.parse(Payload?.transformToString() ?? '');
    expect(awsRequestId).toBe($metadata.requestId);
  });

  test('Event is 202 and DryRun 204, without a payload', async () => {
    const event = { ...echo, Payload: '{"asked":"later"}' };
    expect(await invoked(operator, { ...event, InvocationType: 'Event' })).toEqual({
      status: 202,
      StatusCode: 202,
      payload: undefined,
    });
    expect(await invoked(operator, { ...echo, InvocationType: 'DryRun' })).toEqual({
      status: 204,
      StatusCode: 204,
      payload: undefined,
    });
    expect((await invoked(operator, echo)).payload.seen).toContainEqual({ asked: 'later' });
  });

  test('an error has its name in a header, as REST clients read it, and says who is to blame', async () => {
    const path = '/2015-03-31/functions/none/invocations';
    const { status, text } = await raw({ path });
    expect([status, JSON.parse(text)]).toEqual([
      404,
      { Type: 'User', Message: `Function not found: ${arnOf('none').replace('TenantKeys-', '')}` },
    ]);
    expect((await refusal(operator.invoke({ FunctionName: 'none' }))).name).toBe(
      'ResourceNotFoundException',
    );
  });

  test.each([
    ['GET', '/2015-03-31/functions'],
    ['GET', `/2015-03-31/functions/${name('Echo')}`],
    ['GET', `/2015-03-31/functions/${name('Echo')}/invocations`],
    ['PUT', `/2015-03-31/functions/${name('Echo')}/configuration`],
    ['POST', '/2015-03-31/functions'],
    ['POST', `/2014-11-13/functions/${name('Echo')}/invoke-async`],
    ['POST', `/2021-11-15/functions/${name('Echo')}/response-streaming-invocations`],
    ['POST', `/2015-03-31/functions/${name('Echo')}/policy`],
    ['PUT', `/2015-03-31/functions/${name('Echo')}/code`],
  ])('every other operation is told to be not here: %s %s', async (method, path) => {
    const { status, text } = await raw({ method, path, body: '' });
    expect(status).toBe(400);
    expect(text).toContain(
      'The local stack has no operation of Lambda but Invoke and GetFunctionConfiguration. Served',
    );
  });
});

describe('validation', () => {
  test.each([
    ['functionName', { FunctionName: 'a b' }, "Value 'a b' at 'functionName' failed"],
    ['qualifier', { ...echo, Qualifier: 'a b' }, "Value 'a b' at 'qualifier' failed"],
    ['tenantId', { ...echo, TenantId: 'a,b' }, "Value 'a,b' at 'tenantId' failed"],
    [
      'invocationType',
      { ...echo, InvocationType: 'Sometime' as 'Event' },
      'Member must satisfy enum value set: [Event, RequestResponse, DryRun]',
    ],
    ['logType', { ...echo, LogType: 'Head' as 'Tail' }, "Value 'Head' at 'logType' failed"],
  ])('%s', async (_, input, message) => {
    const refused = await refusal(operator.invoke(input));
    expect(refused).toMatchObject({ name: 'ValidationException', status: 400 });
    expect(refused.message).toContain(message);
  });

  test('a payload that is no JSON, and does not come back in the error', async () => {
    const bodies = ['{', 'canary-7f3a', '{"a":1}{}', Buffer.from([0x22, 0xff, 0x22])];
    for (const Payload of bodies) {
      const refused = await refusal(operator.invoke({ ...echo, Payload }));
      expect(refused).toMatchObject({ name: 'InvalidRequestContentException', status: 400 });
      expect(refused.message).toContain('Could not parse request body into json');
      expect(refused.message).not.toContain('canary-7f3a');
    }
  });

  test('6 MB for an answer, 1 MB for an event, and no byte more', async () => {
    const payload = (bytes: number) => JSON.stringify('x'.repeat(bytes - 2));
    const size = async (bytes: number, InvocationType: 'Event' | 'RequestResponse') => {
      const fail = { FunctionName: name('Fail'), Payload: payload(bytes) };
      return operator.invoke({ ...fail, InvocationType });
    };
    expect((await size(6_291_456, 'RequestResponse')).StatusCode).toBe(200);
    expect((await size(1_048_576, 'Event')).StatusCode).toBe(202);
    expect(await refusal(size(6_291_457, 'RequestResponse'))).toMatchObject({
      name: 'RequestEntityTooLargeException',
      message:
        '6291457 byte payload is too large for the RequestResponse invocation type (limit 6291456 bytes)',
      status: 413,
    });
    expect(await refusal(size(1_048_577, 'Event'))).toMatchObject({ status: 413 });
  });

  test('two qualifiers that differ, two of one kind, a header twice', async () => {
    const both = { FunctionName: `${name('Echo')}:$LATEST`, Qualifier: '1' };
    expect(await refusal(operator.invoke(both))).toMatchObject({
      name: 'InvalidParameterValueException',
      message:
        'The derived qualifier from the function name does not match the specified qualifier.',
    });
    const query = { Qualifier: ['$LATEST', '1'] };
    const twice = await raw({ query: '?Qualifier=%24LATEST&Qualifier=1' }, { query });
    expect([twice.status, twice.text]).toEqual([400, expect.stringContaining('sent twice')]);
    const { url, operator: by } = functions.deployment;
    const one = await signed(
      { ...request('PerTenant'), headers: { ...request().headers, 'x-amz-tenant-id': 'acme' } },
      by,
      { region: account.region, service: 'lambda' },
    );
    const headers = { ...one.headers, 'x-amz-tenant-id': ['acme', 'globex'] };
    expect((await send(url, { ...one, headers })).status).toBe(403);
  });

  test('what would change how the function runs is refused, not left out', async () => {
    for (const input of [{ ClientContext: 'e30=' }, { DurableExecutionName: 'once' }]) {
      expect(await refusal(operator.invoke({ ...echo, ...input }))).toMatchObject({
        name: 'InvalidParameterValueException',
        message: expect.stringContaining('is not supported by the local stack'),
      });
    }
  });

  test('another version, alias or region is not found', async () => {
    for (const Qualifier of ['1', 'live', '$LATEST.PUBLISHED']) {
      expect(await refusal(operator.invoke({ ...echo, Qualifier }))).toMatchObject({
        name: 'ResourceNotFoundException',
        message: `Function not found: ${arnOf('Echo')}:${Qualifier}`,
      });
    }
    const FunctionName = arnOf('Echo').replace('us-east-1', 'eu-west-1');
    expect(await refusal(operator.invoke({ FunctionName }))).toMatchObject({
      message: "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')",
    });
  });
});

describe('behaviour', () => {
  test.each([
    ['throws', 'throw', { errorType: 'TypeError', errorMessage: 'it cannot' }],
    ['ends', 'exit', { errorType: 'Runtime.ExitError' }],
    ['is out of time', 'hang', { errorType: 'Sandbox.Timedout' }],
    ['answers more than 6 MB', 'large', { errorType: 'Function.ResponseSizeTooLarge' }],
  ])('a function that %s is an answer of status 200 that says so', async (_, how, error) => {
    const Payload = JSON.stringify({ how });
    const answer = await invoked(operator, { FunctionName: name('Fail'), Payload });
    expect(answer).toMatchObject({ status: 200, FunctionError: 'Unhandled', payload: error });
  });

  test('a function that returns nothing answers null', async () => {
    const answer = await invoked(operator, { FunctionName: name('Fail') });
    expect([answer.FunctionError, answer.payload]).toEqual([undefined, null]);
  });

  test.each([
    ['throttle', 'TooManyRequestsException', 429],
    ['error', 'ServiceException', 500],
    ['expired', 'ExpiredTokenException', 403],
  ] as const)('the fault %s is what Lambda says then', async (fault, error, status) => {
    const { faults } = functions.deployment;
    faults.set([{ service: 'lambda', operation: 'Invoke', fault, count: 1 }]);
    expect(await refusal(operator.invoke(echo))).toMatchObject({ name: error, status });
    expect((await operator.invoke(echo)).StatusCode).toBe(200);
    faults.clear();
  });

  test('every call is recorded, with its service and outcome', async () => {
    functions.calls.length = 0;
    await operator.invoke(echo);
    await refusal(as('MayNot').invoke(echo));
    expect(
      functions.calls.map(({ service, operation, errorCode }) => [service, operation, errorCode]),
    ).toEqual([
      ['lambda', 'Invoke', undefined],
      ['lambda', 'Invoke', 'AccessDeniedException'],
    ]);
  });
});

describe('only who signed, and whom the policies allow', () => {
  test('a signature of another secret, body, path, tenant or service is refused', async () => {
    const { url, operator: by } = functions.deployment;
    const stolen = functions.client({ ...by, secretAccessKey: 'x' });
    expect(await refusal(stolen.invoke(echo))).toMatchObject({
      name: 'InvalidSignatureException',
      status: 403,
    });
    const of = { ...request().headers, 'x-amz-tenant-id': 'initech' };
    const unsigned = { ...request('PerTenant'), headers: of };
    const good = await signed(unsigned, by, { region: account.region, service: 'lambda' });
    expect((await send(url, good)).status).toBe(200);
    const changed: Partial<RawRequest>[] = [
      { body: '{"a":1}' },
      { path: `/2015-03-31/functions/${name('Echo')}/invocations` },
      { path: `${good.path}?Qualifier=%24LATEST` },
      { path: good.path.replace('/functions/', '/functions/x/../') },
      { headers: { ...good.headers, 'x-amz-tenant-id': 'acme' } },
      { headers: { ...good.headers, 'x-amz-invocation-type': 'Event' } },
    ];
    for (const change of changed) {
      expect((await send(url, { ...good, ...change })).status).toBeGreaterThanOrEqual(400);
    }
    expect((await raw({}, { service: 'kms' })).text).toContain("correct service: 'lambda'");
    const withoutTenant = await raw(unsigned, { unsigned: ['x-amz-tenant-id'] });
    expect(withoutTenant.text).toContain("'x-amz-tenant-id' must be a 'SignedHeader'");
    expect((await send(url, unsigned)).text).toContain('Missing Authentication Token');
  });

  test('without a policy it is refused, and the decision says why', async () => {
    const refused = await refusal(as('MayNot').invoke(echo));
    const session = `arn:aws:sts::${account.accountId}:assumed-role/TenantKeys-MayNot/test`;
    expect(refused).toMatchObject({
      name: 'AccessDeniedException',
      status: 403,
      message: `User: ${session} is not authorized to perform: lambda:InvokeFunction on resource: ${arnOf('Echo')} because no identity-based policy allows the lambda:InvokeFunction action`,
    });
    const [record] = functions.deployment.decisions.of(refused.requestId);
    expect([record?.action, record?.resource]).toEqual(['lambda:InvokeFunction', arnOf('Echo')]);
  });

  test('a Deny is named by its statement', async () => {
    const refused = await refusal(as('Denied').invoke(echo));
    expect(refused.message).toContain('with an explicit deny in an identity-based policy');
    const [record] = functions.deployment.decisions.of(refused.requestId);
    expect(record && explain(record.decision)).toContain('statement NotEcho (explicit Deny)');
  });

  test('a policy for one function is not for another, nor for one that is not there', async () => {
    expect((await invoked(as('MayEcho'), echo)).status).toBe(200);
    const others = [name('Fail'), name('PerTenant'), name('Missing'), `${name('Echo')}2`];
    for (const FunctionName of others) {
      expect((await refusal(as('MayEcho').invoke({ FunctionName }))).status).toBe(403);
    }
    const missing = { FunctionName: name('Missing') };
    expect((await refusal(as('MayMissing').invoke(missing))).status).toBe(404);
  });

  test('a policy holds for the ARN as the request names it, with its qualifier or without', async () => {
    const latest = { ...echo, Qualifier: '$LATEST' };
    expect((await invoked(as('MayLatest'), latest)).status).toBe(200);
    expect((await refusal(as('MayLatest').invoke(echo))).status).toBe(403);
    expect((await refusal(as('MayEcho').invoke(latest))).status).toBe(403);
  });

  test("the function's tags are aws:ResourceTag", async () => {
    expect((await invoked(as('MayOfTeam'), echo)).status).toBe(200);
    const other = { FunctionName: name('Fail') };
    expect((await refusal(as('MayOfTeam').invoke(other))).status).toBe(403);
  });

  test('a function of another account is refused', async () => {
    const FunctionName = arnOf('Echo').replace(account.accountId, '999999999999');
    expect((await refusal(operator.invoke({ FunctionName }))).status).toBe(403);
  });

  test('neither a dry run nor an event comes past the policies', async () => {
    for (const InvocationType of ['DryRun', 'Event'] as const) {
      expect((await refusal(as('MayNot').invoke({ ...echo, InvocationType }))).status).toBe(403);
    }
  });
});

describe('tenant isolation', () => {
  const perTenant = { FunctionName: name('PerTenant') };
  const of = (TenantId: string, text = TenantId) =>
    invoked(operator, { ...perTenant, TenantId, Payload: JSON.stringify({ text }) });

  test('a tenant id is required where the function has it, refused where not', async () => {
    expect(await refusal(operator.invoke(perTenant))).toMatchObject({
      name: 'InvalidParameterValueException',
      status: 400,
      message:
        'The invoked function is enabled with tenancy configuration. Add a valid tenant ID in your request and try again.',
    });
    expect(await refusal(operator.invoke({ ...echo, TenantId: 'acme' }))).toMatchObject({
      name: 'InvalidParameterValueException',
      status: 400,
    });
  });

  test('two tenants never share an environment, one keeps its own', async () => {
    const tenants = ['acme', 'globex', 'Acme', 'acme2', 'acme/globex'];
    const first = await Promise.all(tenants.map((tenant) => of(tenant)));
    const again = await Promise.all(tenants.map((tenant) => of(tenant)));
    const environments = first.map(({ payload }) => payload.environment);
    expect(new Set(environments).size).toBe(tenants.length);
    expect(again.map(({ payload }) => payload.environment)).toEqual(environments);
    for (const [index, { payload }] of again.entries()) {
      expect(payload.tenantId).toBe(tenants[index]);
      expect(payload.seen).toEqual([{ text: tenants[index] }, { text: tenants[index] }]);
    }
  });
});
