/**
 * Requests of Vault's HTTP API. Invariant: each goes to the configured address and nowhere else (`store-http.ts`), and of an
 * answer nothing counts that is not in a form of Vault's.
 */
import { storeAttempts } from '../store-attempts.ts';
import { type Json, jsonOf, NoHttpAnswer, type StoreHttpAnswer, storeHttp } from '../store-http.ts';
import { operationOf, type VaultMounts } from './vault-call.ts';
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

/** Vault's are UUIDs. It goes into the log and the audit. */
const id = /^[\w-]{1,64}$/;

export function vaultClient(at: VaultAddress): VaultClient {
  const { address, namespace, caCertificate } = at;
  const http = storeHttp(address, caCertificate);

  const exchange = async (request: VaultRequest, correlationId: string) => {
    const { method, path } = request;
    const body = request.body && JSON.stringify(request.body);
    const headers = headersOf(request, namespace, body, correlationId);
    return answerOf(
      await http({ method, path: `/v1/${path}`, headers, body }).catch((error: unknown) => {
        throw error instanceof NoHttpAnswer ? new VaultUnavailable(error.fault) : error;
      }),
    );
  };

  return (request) =>
    storeAttempts(
      {
        keyStore: 'vault',
        ...operationOf(request, at),
        routine: request.isTrial === true || ['GET', 'LIST'].includes(request.method),
        once: request.once,
      },
      (correlationId) => exchange(request, correlationId),
    );
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
  ...(body !== undefined && { 'Content-Type': 'application/json' }),
});

function answerOf({ status, body: text }: StoreHttpAnswer): VaultAnswer {
  const body = jsonOf(text);
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
