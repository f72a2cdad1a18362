/** API Gateway on one machine: finds the route, asks the authorizer, invokes the function, answers. */
import { randomUUID } from 'node:crypto';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { Decision } from '../iam/decision.ts';
import type { Runtime } from '../lambda/runtime.ts';
import { type Listening, listen } from '../listen.ts';
import type { Account } from '../template/resource-types.ts';
import { accessLogLine, checkAccessLogFormat, type RequestProgress } from './access-log.ts';
import { type Authorized, openAuthorizer } from './authorizer.ts';
import type { AuthorizerDefinition } from './authorizer-definition.ts';
import {
  checkGatewayResponses,
  GatewayRefusal,
  gatewayResponse,
  type HttpAnswer,
} from './gateway-response.ts';
import { checkMappings, integrate } from './integration.ts';
import { mayInvoke, methodArn } from './method-arn.ts';
import { answerFixed } from './mock-integration.ts';
import { findFixedAnswer, findRoute } from './router.ts';
import type { ApiDefinition } from './template.ts';
import { openThrottles } from './throttle.ts';
import { refuseUnread } from './unread-request.ts';

/** API Gateway's limit for a request body. */
const maxBodyBytes = 10 * 1024 * 1024;
/** API Gateway's limit for the request line and the headers together. */
const maxHeaderBytes = 10_240;

export interface GatewayOptions {
  readonly account: Account;
  readonly api: ApiDefinition;
  readonly runtime: Runtime;
  readonly port: number;
  /** URL to which `GET /` and `GET /docs`, which are outside the stage, are redirected */
  readonly pages?: string;
  /** @returns the URL at which a refusal is explained to a person at this machine; none where no policy refused */
  readonly explanationOf?: (requestId: string) => string | undefined;
  /** called for each line of the access log, if the stage has one */
  readonly onAccess?: (line: string) => void;
  /** called for every decision of an authorizer's policy */
  readonly onDecision: (record: {
    readonly requestId: string;
    readonly action: string;
    readonly resource: string;
    readonly callerArn: string;
    readonly decision: Decision;
  }) => void;
}

/**
 * Serves the API under `<url>/<stage>`.
 * @throws Error where the template asks for something that this gateway does not do
 */
export async function serveApi(options: GatewayOptions): Promise<Listening> {
  const { api } = options;
  checkGatewayResponses(api);
  checkMappings(api);
  checkAccessLogFormat(api.accessLog?.format ?? '');
  const handle = requestHandler(options);
  const server = createServer({ maxHeaderSize: maxHeaderBytes }, (request, response) => {
    const progress = begun(request);
    const { requestId } = progress;
    handle(request, progress)
      .catch((error) => {
        const refusal = error instanceof GatewayRefusal ? error : new GatewayRefusal('DEFAULT_5XX');
        progress.responseType = refusal.responseType;
        return gatewayResponse(api, refusal, requestId);
      })
      .then((answer) => {
        if (api.accessLog !== undefined)
          options.onAccess?.(accessLogLine(api.accessLog.format, progress, answer.status));
        send(response, explained(answer, options.explanationOf?.(requestId)), requestId);
      })
      .catch(() => response.destroy());
  });
  // As API Gateway's (quotas, "Idle connection timeout"), and longer than clients keep one.
  server.keepAliveTimeout = 310_000;
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // Once for a connection: what follows is no request either.
    if (socket.writable) refuseUnread(api, error, socket);
  });
  return listen(server, options.port);
}

/** A link (RFC 8288), as AWS has none. */
const explained = (answer: HttpAnswer, url: string | undefined): HttpAnswer =>
  answer.status < 400 || url === undefined
    ? answer
    : { ...answer, headers: { ...answer.headers, Link: `<${url}>; rel="help"` } };

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A client may choose it, as on AWS (Developer Guide, `$context.requestId`). */
function requestIdOf(headers: IncomingHttpHeaders): string {
  const chosen = headers['x-amzn-requestid'];
  return typeof chosen === 'string' && uuid.test(chosen) ? chosen : randomUUID();
}

const begun = ({ headers, method = '', url = '', socket }: IncomingMessage): RequestProgress => ({
  requestId: requestIdOf(headers),
  httpMethod: method,
  path: url.split('?')[0] as string,
  sourceIp: socket.remoteAddress ?? '127.0.0.1',
  begunAt: Date.now(),
});

function requestHandler(options: GatewayOptions) {
  const { account, api, runtime } = options;
  const authorize = openAuthorizer(runtime);
  const admit = openThrottles(api);

  /** @throws GatewayRefusal where the token does not count, or does not allow this */
  const admitted = async (
    { headers }: IncomingMessage,
    progress: RequestProgress,
    authorizer: AuthorizerDefinition,
  ): Promise<Authorized> => {
    const { requestId, httpMethod, path } = progress;
    const resource = methodArn(account, api, httpMethod, path);
    const { authorized, decision } = await authorize(authorizer, headers.authorization, resource);
    progress.authorized = authorized;
    const callerArn = authorized.principalId;
    options.onDecision({ requestId, action: 'execute-api:Invoke', resource, callerArn, decision });
    if (!decision.allowed) throw new GatewayRefusal('ACCESS_DENIED', authorized.context);
    return authorized;
  };

  return async (request: IncomingMessage, progress: RequestProgress): Promise<HttpAnswer> => {
    const { requestId, httpMethod, path, sourceIp } = progress;
    const page = pageOf(options.pages, request);
    if (page !== undefined) return { status: 302, headers: { Location: page }, body: '' };
    const [, search = ''] = (request.url ?? '').split(/\?(.*)/s);
    const body = await readBody(request);
    const route = findRoute(api, httpMethod, path);
    if (route === undefined) {
      const fixed = findFixedAnswer(api, httpMethod, path);
      if (fixed === undefined) throw new GatewayRefusal('MISSING_AUTHENTICATION_TOKEN');
      progress.resourcePath = fixed.resourcePath;
      if (!admit(fixed)) throw new GatewayRefusal('THROTTLED');
      return answerFixed(fixed, { httpMethod, requestId, headers: headersOf(request) });
    }
    progress.resourcePath = route.method.resourcePath;
    if (!admit(route.method)) throw new GatewayRefusal('THROTTLED');

    const { authorizer } = route.method;
    const authorized = authorizer && (await admitted(request, progress, authorizer));
    if (!mayInvoke(account, api, runtime, route.method)) throw new GatewayRefusal('DEFAULT_5XX');

    const integrationBegunAt = Date.now();
    return integrate(account, api, runtime, {
      requestId,
      httpMethod,
      path,
      query: new URLSearchParams(search),
      headers: headersOf(request),
      body,
      route,
      authorized,
      sourceIp,
    }).finally(() => {
      progress.integrationMs = Date.now() - integrationBegunAt;
    });
  };
}

const pageOf = (pages: string | undefined, { method, url = '' }: IncomingMessage) =>
  pages !== undefined && method === 'GET' && ['/', '/docs'].includes(url)
    ? `${pages}${url}`
    : undefined;

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    // The rest is read and dropped, so that the client gets to read the answer.
    if (length <= maxBodyBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  if (length > maxBodyBytes) throw new GatewayRefusal('REQUEST_TOO_LARGE');
  return Buffer.concat(chunks);
}

function headersOf(request: IncomingMessage): Map<string, string[]> {
  const headers = new Map<string, string[]>();
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    const name = request.rawHeaders[index] as string;
    const values = headers.get(name) ?? [];
    values.push(request.rawHeaders[index + 1] as string);
    headers.set(name, values);
  }
  return headers;
}

function send(response: ServerResponse, answer: HttpAnswer, requestId: string): void {
  response.writeHead(answer.status, { ...answer.headers, 'x-amzn-RequestId': requestId } as Record<
    string,
    string | string[]
  >);
  response.end(answer.body);
}
