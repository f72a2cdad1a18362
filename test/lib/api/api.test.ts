/** The API as the template declares it. */
import { describe, expect, test } from '@jest/globals';
import { routes } from '../../../contract/routes.ts';
import { readApi } from '../../../local/api/template.ts';
import { localAccount } from '../../../local/stack.ts';
import { readTemplate } from '../../../local/template/template.ts';
import { resource, resourcesOf, synthesizedTemplate } from '../../harness/synthesized.ts';

const template = await synthesizedTemplate();
const api = readApi(readTemplate({ ...template }, localAccount));
const tenantHeader = 'integration.request.header.X-Amz-Tenant-Id';

describe('methods', () => {
  test('are the routes, no more and no fewer', () => {
    const methods = api.methods.map(({ httpMethod, resourcePath }) => [httpMethod, resourcePath]);
    expect(methods.sort()).toEqual(routes.map(({ method, path }) => [method, path]).sort());
  });

  test('ask the authorizer, each that reaches a function', () => {
    const [authorizerId] = resource(template, 'AWS::ApiGateway::Authorizer');
    const reaching = resourcesOf(template, 'AWS::ApiGateway::Method').filter(
      ([, { Properties }]) => Properties.Integration.Type !== 'MOCK',
    );
    expect(reaching).toHaveLength(routes.length);
    for (const [, { Properties }] of reaching) {
      expect(Properties).toMatchObject({
        AuthorizationType: 'CUSTOM',
        AuthorizerId: { Ref: authorizerId },
      });
    }
  });

  test.each(routes)('$method $path is served by $plane', ({ method, path, plane }) => {
    const found = api.methods.find((one) => one.httpMethod === method && one.resourcePath === path);
    const prefix = {
      tenants: 'FunctionsTenants',
      crypto: 'FunctionsCrypto',
      certificates: 'FunctionsCertificates',
      audit: 'FunctionsAudit',
    }[plane];
    expect(found?.functionArn).toContain(`function:${localAccount.stackName}-${prefix}`);
    expect(found?.timeoutMs).toBe(29_000);
  });

  test("the data plane's tenant comes from the authorizer, never from the client", () => {
    for (const { httpMethod, resourcePath, requestParameters } of api.methods) {
      const route = routes.find((one) => one.method === httpMethod && one.path === resourcePath);
      expect({ resourcePath, requestParameters }).toEqual({
        resourcePath,
        requestParameters:
          route?.plane === 'crypto' ? { [tenantHeader]: 'context.authorizer.tenantId' } : {},
      });
    }
  });

  test('without tenant isolation nothing is mapped', async () => {
    const switchedOff = readTemplate(
      { ...(await synthesizedTemplate({ tenantIsolation: 'false' })) },
      localAccount,
    );
    for (const method of readApi(switchedOff).methods) expect(method.requestParameters).toEqual({});
  });
});

test('TLS 1.0 and 1.1 are refused, and a Host that is not the name of the handshake', () => {
  const [, { Properties }] = resource(template, 'AWS::ApiGateway::RestApi');
  expect(Properties).toMatchObject({
    EndpointConfiguration: { Types: ['REGIONAL'] },
    SecurityPolicy: 'SecurityPolicy_TLS13_1_2_PQ_2025_09',
    EndpointAccessMode: 'STRICT',
  });
});

test('raw bytes are the one binary media type: JSON stays text, and so whole within 6 MB', () => {
  expect(api.binaryMediaTypes).toEqual(['application/octet-stream']);
});

describe('the authorizer', () => {
  const [, { Properties }] = resource(template, 'AWS::ApiGateway::Authorizer');
  const accepts = (header: string) =>
    new RegExp(Properties.IdentityValidationExpression).test(header);

  test('is asked again after a minute at most', () => {
    expect(Properties.AuthorizerResultTtlInSeconds).toBe(60);
    expect(Properties.IdentitySource).toBe('method.request.header.Authorization');
  });

  test.each(['Bearer e30.e30.c2ln', 'bearer a-b_c.d.e', 'BEARER a.b.c', 'bEaReR  a.b.c'])(
    'is asked about %p',
    (header) => {
      expect(accepts(header)).toBe(true);
    },
  );

  test.each([
    '',
    'Bearer',
    'Bearer ',
    'Bearer e30.e30.',
    'Bearer e30.e30',
    'Bearer a.b.c.d',
    'Bearer a.b.c x',
    'Bearer\ta.b.c',
    'Bearera.b.c',
    'Basic a.b.c',
    'Bearer a.b.c\n',
    'x Bearer a.b.c',
  ])('is not asked about %p', (header) => {
    expect(accepts(header)).toBe(false);
  });

  test.each(
    resourcesOf(template, 'AWS::Lambda::Permission').filter(([id]) => /^(Api|Functions)/.test(id)),
  )('%s lets only API Gateway, only from this API, invoke', (_, permission) => {
    expect(permission.Properties).toMatchObject({
      Action: 'lambda:InvokeFunction',
      Principal: 'apigateway.amazonaws.com',
    });
    const [restApi] = resource(template, 'AWS::ApiGateway::RestApi');
    expect(JSON.stringify(permission.Properties.SourceArn)).toContain(`{"Ref":"${restApi}"}`);
    expect(JSON.stringify(permission.Properties.SourceArn)).not.toContain('test-invoke-stage');
  });
});

describe('the stage', () => {
  const [, { Properties, DependsOn }] = resource(template, 'AWS::ApiGateway::Stage');

  test('is called v1, or as configured, and throttles', async () => {
    expect(api.stage).toBe('v1');
    expect(api.throttling).toEqual({ rate: 2000, burst: 1000 });
    const [, other] = resource(
      await synthesizedTemplate({ stage: 'prod' }),
      'AWS::ApiGateway::Stage',
    );
    expect(other.Properties.StageName).toBe('prod');
  });

  test('logs each request without body, header, query string or message, the path first', () => {
    const format = JSON.parse(Properties.AccessLogSetting.Format);
    expect(format).toEqual({
      path: '$context.path',
      method: '$context.httpMethod',
      principal: '$context.authorizer.loggedPrincipal',
      issuer: '$context.authorizer.issuer',
      time: '$context.requestTimeEpoch',
      requestId: '$context.requestId',
      tenantId: '$context.authorizer.tenantId',
      resourcePath: '$context.resourcePath',
      sourceAddress: '$context.identity.sourceIp',
      status: '$context.status',
      latency: '$context.responseLatency',
      integrationLatency: '$context.integrationLatency',
      error: '$context.error.responseType',
    });
    // What the caller writes comes before all that the indexer believes.
    expect(Properties.AccessLogSetting.Format).toMatch(
      /^\{"path":"\$context\.path","method":"\$context\.httpMethod",/,
    );
    expect(Properties.MethodSettings).toHaveLength(2);
    for (const settings of Properties.MethodSettings) {
      expect(settings).toMatchObject({ LoggingLevel: 'OFF', DataTraceEnabled: false });
    }
  });

  test('is made when the account lets API Gateway write logs', () => {
    expect(DependsOn).toEqual([resource(template, 'AWS::ApiGateway::Account')[0]]);
  });
});

describe('gateway responses', () => {
  const responses = [...api.gatewayResponses].map(([type, response]) => ({
    type,
    response,
    body: JSON.parse(response.template ?? 'null'),
  }));

  test.each(responses)('$type is problem+json that says the status it has', (one) => {
    const { status, headers } = one.response;
    expect(headers['gatewayresponse.header.Content-Type']).toBe("'application/problem+json'");
    expect(one.body).toEqual({
      type: `/v1/problems#${one.body.code}`,
      title: expect.any(String),
      status,
      detail: expect.any(String),
      code: expect.stringMatching(/^[a-z-]+$/),
      requestId: '$context.requestId',
    });
  });

  test.each(responses)('$type may be kept by no cache and guessed at by no browser', (one) => {
    expect(one.response.headers).toMatchObject({
      'gatewayresponse.header.Cache-Control': "'no-store'",
      'gatewayresponse.header.X-Content-Type-Options': "'nosniff'",
    });
  });

  test.each(responses)(
    "$type echoes nothing but the request id and the authorizer's words",
    (one) => {
      const ofAuthorizer = one.type === 'ACCESS_DENIED' ? ['$context.authorizer.remedy'] : [];
      const variables = (one.response.template ?? '').match(/\$\w+(\.\w+)*/g);
      expect(variables).toEqual([...ofAuthorizer, '$context.requestId']);
      const mapped = Object.entries(one.response.headers).filter(
        ([, value]) => !/^'.*'$/.test(value),
      );
      expect(mapped.map(([, value]) => value)).toEqual(
        one.type === 'ACCESS_DENIED' ? ['context.authorizer.challenge'] : [],
      );
    },
  );

  test('a 401 has the error of RFC 6750', () => {
    const { headers } = api.gatewayResponses.get('UNAUTHORIZED') ?? {};
    expect(headers?.['gatewayresponse.header.WWW-Authenticate']).toBe(
      `'Bearer realm="tenant-keys", error="invalid_token"'`,
    );
  });

  test.each([
    ['UNAUTHORIZED', 401, 'unauthorized'],
    ['ACCESS_DENIED', 403, 'forbidden'],
    ['MISSING_AUTHENTICATION_TOKEN', 404, 'not-found'],
    ['INVALID_SIGNATURE', 404, 'not-found'],
    ['RESOURCE_NOT_FOUND', 404, 'not-found'],
    ['REQUEST_TOO_LARGE', 413, 'too-large'],
    ['UNSUPPORTED_MEDIA_TYPE', 415, 'unsupported-media-type'],
    ['THROTTLED', 429, 'throttled'],
    ['BAD_REQUEST_BODY', 400, 'bad-request'],
    ['DEFAULT_4XX', 400, 'bad-request'],
    ['AUTHORIZER_FAILURE', 503, 'unavailable'],
    ['AUTHORIZER_CONFIGURATION_ERROR', 503, 'unavailable'],
    ['INTEGRATION_FAILURE', 503, 'unavailable'],
    ['INTEGRATION_TIMEOUT', 504, 'unavailable'],
    ['DEFAULT_5XX', 500, 'internal-error'],
  ])('%s is %i %s', (wanted, status, code) => {
    const found = responses.find(({ type }) => type === wanted);
    expect(found?.response.status).toBe(status);
    expect(found?.body.code).toBe(code);
  });

  test('of an authorizer that fails says which faults of an issuer it may be, and is no other 503', () => {
    const detailOf = (wanted: string) => responses.find(({ type }) => type === wanted)?.body.detail;
    const detail = detailOf('AUTHORIZER_FAILURE');
    expect(detail).toMatch(/cannot be reached, answers with nonsense, or names another issuer/);
    expect(detailOf('AUTHORIZER_CONFIGURATION_ERROR')).toBe(detail);
    expect(detailOf('INTEGRATION_FAILURE')).not.toBe(detail);
  });

  test('that ask the client to come again say when', () => {
    const later = responses.filter(({ response }) =>
      [429, 503, 504].includes(response.status ?? 0),
    );
    expect(later).not.toHaveLength(0);
    for (const { response } of later) {
      expect(response.headers['gatewayresponse.header.Retry-After']).toMatch(/^'\d+'$/);
    }
  });
});
