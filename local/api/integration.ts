/** The Lambda proxy integration: a request as the function's event, the function's result as an answer. */
import { z } from 'zod';
import type { Runtime } from '../lambda/runtime.ts';
import type { Account } from '../template/resource-types.ts';
import type { Authorized } from './authorizer.ts';
import { isBinaryRequest, wantsBinary } from './binary.ts';
import { GatewayRefusal, type HttpAnswer } from './gateway-response.ts';
import type { RouteMatch } from './router.ts';
import type { ApiDefinition } from './template.ts';

/** Lambda's limit for a request and for a response. */
const maxLambdaBytes = 6 * 1024 * 1024;
const tenantHeader = 'integration.request.header.X-Amz-Tenant-Id';

export interface GatewayRequest {
  readonly requestId: string;
  readonly httpMethod: string;
  /** as it came, with the stage */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: Buffer;
  readonly route: RouteMatch;
  /** undefined where the method is for everybody */
  readonly authorized: Authorized | undefined;
  readonly sourceIp: string;
}

const proxyResult = z.strictObject({
  statusCode: z.coerce.number().int().min(200).max(599),
  headers: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).nullish(),
  multiValueHeaders: z.record(z.string(), z.array(z.string())).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
});

/** @throws GatewayRefusal where the request is too large, or the function fails or is too slow */
export async function integrate(
  account: Account,
  api: ApiDefinition,
  runtime: Runtime,
  request: GatewayRequest,
): Promise<HttpAnswer> {
  const { method } = request.route;
  const event = proxyEvent(account, api, request);
  // A byte of the body is at most six characters in JSON, so a small body need not be measured.
  const mayBeTooLarge = request.body.length > maxLambdaBytes / 8;
  if (mayBeTooLarge && Buffer.byteLength(JSON.stringify(event)) > maxLambdaBytes) {
    throw new GatewayRefusal('REQUEST_TOO_LARGE');
  }
  const result = await invoke(runtime, request, event, method.timeoutMs);
  const parsed = proxyResult.safeParse(result);
  if (!parsed.success) throw new GatewayRefusal('DEFAULT_5XX');
  const { statusCode, headers, multiValueHeaders, body, isBase64Encoded } = parsed.data;
  const binary = isBase64Encoded === true && wantsBinary(api, request.headers);
  return {
    status: statusCode,
    headers: {
      ...Object.fromEntries(
        Object.entries(headers ?? {}).map(([k, v]) => [remapped(k), String(v)]),
      ),
      ...Object.fromEntries(
        Object.entries(multiValueHeaders ?? {}).map(([k, v]) => [remapped(k), v]),
      ),
    },
    body: binary ? Buffer.from(body ?? '', 'base64') : (body ?? ''),
  };
}

/** A function's challenge does not reach the client by its name (Developer Guide, "Important notes"). */
const remapped = (name: string): string =>
  name.toLowerCase() === 'www-authenticate' ? `x-amzn-Remapped-${name}` : name;

async function invoke(
  runtime: Runtime,
  request: GatewayRequest,
  event: object,
  timeoutMs: number,
): Promise<unknown> {
  const { method } = request.route;
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new GatewayRefusal('INTEGRATION_TIMEOUT')), timeoutMs);
  });
  try {
    const tenantId = mapped(method.requestParameters[tenantHeader], request.authorized);
    return await Promise.race([runtime.invoke(method.functionArn, event, { tenantId }), timeout]);
  } catch (error) {
    // API Gateway does not say why a function failed, or why Lambda did not take the request.
    throw error instanceof GatewayRefusal ? error : new GatewayRefusal('DEFAULT_5XX');
  } finally {
    clearTimeout(timer);
  }
}

/** @returns the value of a mapping expression, undefined where there is none */
function mapped(
  expression: string | undefined,
  authorized: Authorized | undefined,
): string | undefined {
  const name = expression?.replace(/^context\.authorizer\./, '');
  return name === undefined ? undefined : authorized?.context[name];
}

/** @throws Error for a mapping that the local stack does not perform */
export function checkMappings(api: ApiDefinition): void {
  for (const { resourcePath, requestParameters } of api.methods) {
    for (const [target, source] of Object.entries(requestParameters)) {
      if (target !== tenantHeader || !/^context\.authorizer\.\w+$/.test(source)) {
        throw new Error(`${resourcePath}: the local stack does not map ${source} to ${target}`);
      }
    }
  }
}

function proxyEvent(account: Account, api: ApiDefinition, request: GatewayRequest): object {
  const { route, query, authorized } = request;
  const binary = isBinaryRequest(api, request.headers);
  const now = new Date();
  return {
    resource: route.method.resourcePath,
    path: request.path.slice(api.stage.length + 1),
    httpMethod: request.httpMethod,
    headers: lastValues(request.headers),
    multiValueHeaders: Object.fromEntries(request.headers),
    queryStringParameters: query.size === 0 ? null : Object.fromEntries(query),
    multiValueQueryStringParameters:
      query.size === 0
        ? null
        : Object.fromEntries([...query.keys()].map((k) => [k, query.getAll(k)])),
    pathParameters:
      Object.keys(route.pathParameters).length === 0 ? null : { ...route.pathParameters },
    stageVariables: null,
    requestContext: {
      accountId: account.accountId,
      apiId: api.apiId,
      ...(authorized && {
        authorizer: { ...authorized.context, principalId: authorized.principalId },
      }),
      domainName: '127.0.0.1',
      extendedRequestId: request.requestId,
      httpMethod: request.httpMethod,
      identity: {
        sourceIp: request.sourceIp,
        userAgent: lastValues(request.headers)['User-Agent'],
      },
      path: request.path,
      protocol: 'HTTP/1.1',
      requestId: request.requestId,
      requestTime: now.toISOString(),
      requestTimeEpoch: now.getTime(),
      resourceId: route.method.resourceId,
      resourcePath: route.method.resourcePath,
      stage: api.stage,
    },
    body: request.body.length === 0 ? null : request.body.toString(binary ? 'base64' : 'utf8'),
    isBase64Encoded: binary,
  };
}

function lastValues(headers: ReadonlyMap<string, readonly string[]>): Record<string, string> {
  return Object.fromEntries([...headers].map(([name, values]) => [name, values.at(-1) as string]));
}
