/** API Gateway on one machine: finds the route, asks the authorizer, invokes the function, answers. */
import { randomUUID } from 'node:crypto';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { Duplex } from 'node:stream';
import type { Decision } from '../iam/decision.ts';
import type { Runtime } from '../lambda/runtime.ts';
import { type Listening, listen } from '../listen.ts';
import type { Account } from '../template/resource-types.ts';
import { openAuthorizer } from './authorizer.ts';
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

/** API Gateway's limit for a request body. */
const maxBodyBytes = 10 * 1024 * 1024;
/** API Gateway's limit for the request line and the headers together. */
const maxHeaderBytes = 10_240;
/** How long a client may go on sending a request that was refused unread. */
const lingerMs = 1000;

export interface GatewayOptions {
  readonly account: Account;
  readonly api: ApiDefinition;
  readonly runtime: Runtime;
  readonly port: number;
  /** URL to which `GET /` and `GET /docs`, which are outside the stage, are redirected */
  readonly pages?: string;
  /** @returns the URL at which a refusal is explained to a person at this machine; none where no policy refused */
  readonly explanationOf?: (requestId: string) => string | undefined;
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
  const handle = requestHandler(options);
  const server = createServer({ maxHeaderSize: maxHeaderBytes }, (request, response) => {
    const requestId = requestIdOf(request.headers);
    handle(request, requestId)
      .catch((error) =>
        gatewayResponse(
          api,
          error instanceof GatewayRefusal ? error : new GatewayRefusal('DEFAULT_5XX'),
          requestId,
        ),
      )
      .then((answer) =>
        send(response, explained(answer, options.explanationOf?.(requestId)), requestId),
      )
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

/**
 * Answers what could not be parsed as a request. AWS documents no gateway response for a header that is too large:
 * REQUEST_TOO_LARGE is the type that names the cause.
 */
function refuseUnread(api: ApiDefinition, { code }: NodeJS.ErrnoException, socket: Duplex): void {
  const type = code === 'HPE_HEADER_OVERFLOW' ? 'REQUEST_TOO_LARGE' : 'DEFAULT_4XX';
  const requestId = randomUUID();
  const { status, headers, body } = gatewayResponse(api, new GatewayRefusal(type), requestId);
  const fields = Object.entries({
    ...headers,
    'x-amzn-RequestId': requestId,
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
  }).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...fields, '', body].join('\r\n'));
  // The rest is read and dropped, so that the client gets to read the answer.
  socket.resume();
  setTimeout(() => socket.destroy(), lingerMs).unref();
}

function requestHandler(options: GatewayOptions) {
  const { account, api, runtime } = options;
  const authorize = openAuthorizer(runtime);
  const admit = openThrottles(api);

  return async (request: IncomingMessage, requestId: string): Promise<HttpAnswer> => {
    const page = pageOf(options.pages, request);
    if (page !== undefined) return { status: 302, headers: { Location: page }, body: '' };
    const [path = '', search = ''] = (request.url ?? '').split(/\?(.*)/s);
    const httpMethod = request.method ?? '';
    const body = await readBody(request);
    const route = findRoute(api, httpMethod, path);
    if (route === undefined) {
      const fixed = findFixedAnswer(api, httpMethod, path);
      if (fixed === undefined) throw new GatewayRefusal('MISSING_AUTHENTICATION_TOKEN');
      if (!admit(fixed)) throw new GatewayRefusal('THROTTLED');
      return answerFixed(fixed, request.headers['content-type'], requestId);
    }
    if (!admit()) throw new GatewayRefusal('THROTTLED');

    const arn = methodArn(account, api, httpMethod, path);
    const token = request.headers.authorization;
    const { authorized, decision } = await authorize(route.method.authorizer, token, arn);
    options.onDecision({
      requestId,
      action: 'execute-api:Invoke',
      resource: arn,
      callerArn: authorized.principalId,
      decision,
    });
    if (!decision.allowed) throw new GatewayRefusal('ACCESS_DENIED', authorized.context);
    if (!mayInvoke(account, api, runtime, route.method)) throw new GatewayRefusal('DEFAULT_5XX');

    return integrate(account, api, runtime, {
      requestId,
      httpMethod,
      path,
      query: new URLSearchParams(search),
      headers: headersOf(request),
      body,
      route,
      authorized,
      sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
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
