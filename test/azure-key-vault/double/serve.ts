/** An HTTP server of one of Azure's services, that breaks on demand as networks and services do. */
import { randomUUID } from 'node:crypto';
import {
  createServer as createHttpServer,
  type IncomingHttpHeaders,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Fault } from '../../stores/fault-proxy.ts';

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** of this answer, as Azure has it in `x-ms-request-id` */
  readonly requestId: string;
}

export interface Answer {
  readonly status: number;
  readonly body?: object | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer that is none of success. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly answer: Answer;
  constructor(status: number, body: object, headers: Answer['headers'] = {}) {
    super(JSON.stringify(body));
    this.answer = { status, body, headers };
  }
}

export interface Service {
  readonly url: string;
  /** of requests whose method and path have this in them; of all by default */
  break(fault: Fault, path?: string): void;
  /** method and path of each request since the last call */
  seen(): string[];
  close(): void;
}

export interface Tls {
  readonly key: string;
  readonly cert: string;
}

export async function serve(
  handle: (call: Call) => Answer | Promise<Answer>,
  tls?: Tls,
): Promise<Service> {
  let [fault, broken]: [Fault, string] = ['none', ''];
  let seen: string[] = [];
  const listener: Parameters<typeof createHttpServer>[1] = async (request, response) => {
    const { pathname: path, searchParams: query } = new URL(request.url ?? '/', 'http://double');
    const { method = '', headers } = request;
    seen.push(`${method} ${path}`);
    const body = await text(request);
    const now = `${method} ${path}`.includes(broken) ? fault : 'none';
    if (now === 'silent') return;
    if (now === 'reset') return void response.destroy();
    if (typeof now === 'object')
      return void response.writeHead(now.status, now.headers).end(now.body ?? '');
    const call = { method, path, query, headers, body, requestId: randomUUID() };
    send(response, call, await answerOf(handle, call), now === 'cut');
  };
  const server = tls ? createHttpsServer({ ...tls }, listener) : createHttpServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`,
    break(next, path = '') {
      [fault, broken] = [next, path];
    },
    seen() {
      const all = seen;
      seen = [];
      return all;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function answerOf(
  handle: (call: Call) => Answer | Promise<Answer>,
  call: Call,
): Promise<Answer> {
  try {
    return await handle(call);
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    // What the double does not know it must not answer: the test sees why.
    return { status: 599, body: { error: { code: 'DoubleFailed', message: String(error) } } };
  }
}

function send(
  response: ServerResponse,
  { headers, requestId }: Call,
  answer: Answer,
  cut: boolean,
): void {
  const clientRequestId = headers['x-ms-client-request-id'];
  const bytes = answer.body === undefined ? '' : JSON.stringify(answer.body);
  response.writeHead(answer.status, {
    'x-ms-request-id': requestId,
    ...(typeof clientRequestId === 'string' && { 'x-ms-client-request-id': clientRequestId }),
    ...(bytes !== '' && { 'Content-Type': 'application/json; charset=utf-8' }),
    'Content-Length': Buffer.byteLength(bytes),
    ...answer.headers,
  });
  if (!cut) return void response.end(bytes);
  response.write(bytes.slice(0, bytes.length / 2));
  setTimeout(() => response.destroy(), 50);
}

/** @throws Refusal 400 by `code` where the body is no JSON object */
export function jsonOf({ body }: Call, code: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body === '' ? '{}' : body);
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {}
  throw new Refusal(400, { error: { code, message: 'The request body is not a JSON object.' } });
}
