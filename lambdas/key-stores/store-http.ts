/**
 * Requests over HTTP to a key store. Invariant: each goes to the given address and nowhere else: no redirect is followed, since it
 * would take the token along; and where a certificate authority is given, no other is trusted. A request takes a bounded time, and
 * reads a bounded answer.
 */
import {
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { attemptTimeoutMs, clientConfiguration } from '../aws/client-config.ts';

export interface StoreHttpRequest {
  readonly method: string;
  /** with its query */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

export interface StoreHttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** `nonsense`: an answer larger than any of a store. */
export type HttpFault = 'unreachable' | 'slow' | 'nonsense';

/** Node's errors name the address, and nothing of the request: of them only the kind is kept. */
export class NoHttpAnswer extends Error {
  override readonly name = 'NoHttpAnswer';
  readonly fault: HttpFault;
  constructor(fault: HttpFault) {
    super(`no answer: ${fault}`);
    this.fault = fault;
  }
}

/** @throws NoHttpAnswer */
export type StoreHttp = (request: StoreHttpRequest) => Promise<StoreHttpAnswer>;

const { requestHandler } = clientConfiguration;
const maxAnswerBytes = 1_048_576;

/**
 * @param address URL without a path
 * @param caCertificate PEM, of the only certificate authority that is trusted; undefined: those of Node.js
 */
export function storeHttp(address: string, caCertificate?: string): StoreHttp {
  const isTls = new URL(address).protocol === 'https:';
  const options = { keepAlive: true };
  const agent = isTls ? new HttpsAgent({ ...options, ca: caCertificate }) : new HttpAgent(options);
  const send = isTls ? httpsRequest : httpRequest;

  return ({ method, path, headers, body }) =>
    new Promise((resolve, reject) => {
      const refuse = (error: unknown) => reject(withoutAnswer(error));
      const sent = send(
        new URL(path, address),
        {
          agent,
          method,
          headers: {
            ...headers,
            ...(body !== undefined && { 'Content-Length': Buffer.byteLength(body) }),
          },
          signal: AbortSignal.timeout(attemptTimeoutMs),
        },
        (response) => answerOf(response).then(resolve, refuse),
      );
      sent.on('socket', (socket) => {
        if (!socket.connecting) return;
        const late = () => sent.destroy(new NoHttpAnswer('unreachable'));
        const timer = setTimeout(late, requestHandler.connectionTimeout);
        socket.once('connect', () => clearTimeout(timer));
        socket.once('close', () => clearTimeout(timer));
      });
      sent.on('error', refuse);
      sent.end(body);
    });
}

function withoutAnswer(error: unknown): NoHttpAnswer {
  if (error instanceof NoHttpAnswer) return error;
  const { name } = error as Error;
  return new NoHttpAnswer(
    name === 'AbortError' || name === 'TimeoutError' ? 'slow' : 'unreachable',
  );
}

async function answerOf(response: IncomingMessage): Promise<StoreHttpAnswer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response) {
    size += chunk.byteLength;
    if (size > maxAnswerBytes) throw new NoHttpAnswer('nonsense');
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks).toString('utf8');
  return { status: response.statusCode ?? 0, headers: response.headers, body };
}

export type Json = Readonly<Record<string, unknown>>;

/** @returns undefined for what is no JSON object */
export function jsonOf(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
