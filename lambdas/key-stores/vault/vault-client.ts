/**
 * Requests of Vault's HTTP API. Invariant: each goes to the configured address and nowhere else: no redirect is followed, since it
 * would take the token along; and where a certificate authority is configured, no other is trusted. An attempt takes a
 * bounded time, begins only within the time of the invocation, and reads a bounded answer.
 */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { attemptWithinBudget } from '../../aws/call-budget.ts';
import { attemptTimeoutMs, clientConfiguration } from '../../aws/client-config.ts';
import { pause } from '../../aws/retry.ts';
import { logged, type VaultMounts } from './vault-call.ts';
import { type VaultFault, VaultUnavailable } from './vault-errors.ts';

export interface VaultRequest {
  readonly method: 'GET' | 'POST' | 'DELETE' | 'LIST';
  /** without `/v1/` */
  readonly path: string;
  readonly body?: object;
  readonly token?: string;
  /** Vault may have done it though no answer came, and must not do it twice */
  readonly once?: boolean;
  /** it shows what the store does, for nobody's data: refused, it is no try of somebody's */
  readonly isTrial?: boolean;
}

/** Vault's yes or no: a status below 500. */
export interface VaultAnswer {
  readonly status: number;
  /** of the request, as the store's audit device has it; a refusal has none */
  readonly requestId?: string | undefined;
  /** undefined where the answer has no body */
  readonly data?: unknown;
  readonly auth?: unknown;
  readonly errors: readonly string[];
}

/** @throws VaultUnavailable; OutOfTime */
export type VaultClient = (request: VaultRequest) => Promise<VaultAnswer>;

export interface VaultAddress extends VaultMounts {
  readonly address: string;
  /** of Vault Enterprise or OpenBao; undefined: the root namespace */
  readonly namespace?: string | undefined;
  /** PEM, of the only certificate authority that is trusted; undefined: those of Node.js */
  readonly caCertificate?: string | undefined;
}

const { maxAttempts, requestHandler } = clientConfiguration;
const maxAnswerBytes = 1_048_576;
/** Vault's are UUIDs. It goes into the log and the audit. */
const id = /^[\w-]{1,64}$/;

export function vaultClient(at: VaultAddress): VaultClient {
  const { address, namespace, caCertificate } = at;
  const isTls = new URL(address).protocol === 'https:';
  const options = { keepAlive: true };
  const agent = isTls ? new HttpsAgent({ ...options, ca: caCertificate }) : new HttpAgent(options);
  const send = isTls ? httpsRequest : httpRequest;

  const exchange = (request: VaultRequest, correlationId: string) =>
    new Promise<VaultAnswer>((resolve, reject) => {
      const body = request.body && JSON.stringify(request.body);
      const sent = send(
        new URL(`/v1/${request.path}`, address),
        {
          agent,
          method: request.method,
          headers: headersOf(request, namespace, body, correlationId),
          signal: AbortSignal.timeout(attemptTimeoutMs),
        },
        (response) => answerOf(response).then(resolve, (error) => reject(asUnavailable(error))),
      );
      sent.on('socket', (socket) => {
        if (!socket.connecting) return;
        const late = () => sent.destroy(new VaultUnavailable('unreachable'));
        const timer = setTimeout(late, requestHandler.connectionTimeout);
        socket.once('connect', () => clearTimeout(timer));
        socket.once('close', () => clearTimeout(timer));
      });
      sent.on('error', (error) => reject(asUnavailable(error)));
      sent.end(body);
    });

  return async (request) => {
    for (let attempts = 1; ; attempts += 1) {
      try {
        return await attemptWithinBudget('store', () =>
          logged(request, at, (correlationId) => exchange(request, correlationId)),
        );
      } catch (error) {
        const isLast = attempts === maxAttempts || !mayRepeat(request, error);
        if (isLast) throw error;
        await pause(attempts - 1);
      }
    }
  };
}

function mayRepeat({ once = false }: VaultRequest, error: unknown): boolean {
  if (!(error instanceof VaultUnavailable) || error.fault === 'nonsense') return false;
  return !once || error.nothingWasDone;
}

const headersOf = (
  { token }: VaultRequest,
  namespace: string | undefined,
  body: string | undefined,
  correlationId: string,
) => ({
  // Without it a listener that asks for it refuses: it keeps out requests that a browser was talked into.
  'X-Vault-Request': 'true',
  // A store whose audit device has this header names each call, one that it refuses or never answers, too.
  'X-Correlation-Id': correlationId,
  ...(token !== undefined && { 'X-Vault-Token': token }),
  ...(namespace !== undefined && { 'X-Vault-Namespace': namespace }),
  ...(body !== undefined && {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
  }),
});

/** Node's errors name the address, and nothing of the request. */
function asUnavailable(error: unknown): VaultUnavailable {
  if (error instanceof VaultUnavailable) return error;
  const { name } = error as Error;
  return new VaultUnavailable(
    name === 'AbortError' || name === 'TimeoutError' ? 'slow' : 'unreachable',
  );
}

async function answerOf(response: IncomingMessage): Promise<VaultAnswer> {
  const status = response.statusCode ?? 0;
  const body = jsonOf(await bounded(response));
  const errors = errorsOf(body);
  const fault = faultOf(status, errors);
  if (fault !== undefined) throw new VaultUnavailable(fault);
  // Only an answer without content may be none of Vault's JSON.
  if (body === undefined && status !== 204) throw new VaultUnavailable('nonsense');
  const { request_id: requestId, data, auth } = body ?? {};
  return {
    status,
    requestId: typeof requestId === 'string' && id.test(requestId) ? requestId : undefined,
    data,
    auth,
    errors,
  };
}

async function bounded(response: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response) {
    size += chunk.byteLength;
    if (size > maxAnswerBytes) throw new VaultUnavailable('nonsense');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

type Json = Readonly<Record<string, unknown>>;

function jsonOf(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

const errorsOf = (body: Json | undefined): string[] =>
  Array.isArray(body?.errors) ? body.errors.filter((one) => typeof one === 'string') : [];

/**
 * HTTP status codes of Vault's API; 412: a node that has not yet what another has written; 307: where the active node is. A 500
 * of a node that knows of no active one says so in words alone.
 */
function faultOf(status: number, errors: readonly string[]): VaultFault | undefined {
  if (status === 429) return 'throttled';
  if (status === 412 || (status >= 300 && status < 400)) return 'standby';
  if (status >= 500 && errors.some((one) => /sealed/i.test(one))) return 'sealed';
  if (status >= 500 && errors.some((one) => /standby|not active/i.test(one))) return 'standby';
  if (status >= 500) return 'failed';
  return status < 200 ? 'nonsense' : undefined;
}
