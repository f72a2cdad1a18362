/**
 * Requests of the three services of Azure that the product calls. Invariant: each goes to the configured address of its service and
 * nowhere else (`store-http.ts`); and that something is not there is believed only where the service itself says so, by a
 * code of its own: the 404 of a proxy, or of a group or a subscription that is gone, shows nothing.
 */
import type { AzureKeyVaultSettings } from '../../../contract/key-stores.ts';
import { storeAttempts } from '../store-attempts.ts';
import {
  type Json,
  jsonOf,
  NoHttpAnswer,
  type StoreHttp,
  type StoreHttpAnswer,
  storeHttp,
} from '../store-http.ts';
import { type AzureFault, AzureUnavailable } from './azure-errors.ts';

export type AzureService = 'vault' | 'entra' | 'resource-manager';

/** What the audit has of a request: one of a few names that the code has, and the tenant for whom the caller works. */
export interface StoreOperation {
  /** a method, and what it is done to: `POST keys/wrapkey` */
  readonly name: string;
  /** whose key it is, or who signs in; undefined where it is about no tenant */
  readonly tenantId: string | undefined;
}

export interface AzureRequest {
  readonly service: AzureService;
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** with its query */
  readonly path: string;
  readonly operation: StoreOperation;
  readonly body?: object;
  /** instead of a body in JSON */
  readonly form?: Readonly<Record<string, string>>;
  readonly token?: string;
  /** Azure may have done it though no answer came, and must not do it twice */
  readonly once?: boolean;
}

/** Azure's yes or no: a status below 500. */
export interface AzureAnswer {
  readonly status: number;
  /** undefined where the answer has no body */
  readonly body?: Json | undefined;
  /** of a refusal */
  readonly code?: string | undefined;
  /** of a refusal by the vault, which says by it what `Forbidden` and `Conflict` are about */
  readonly innerCode?: string | undefined;
  /** of the request, which Microsoft's support asks for */
  readonly requestId?: string | undefined;
}

/** @throws AzureUnavailable; OutOfTime */
export type AzureClient = (request: AzureRequest) => Promise<AzureAnswer>;

/** Azure's are GUIDs. It goes into the log and the audit. */
const id = /^[\w-]{1,64}$/;

export function azureClient({
  vaultUrl,
  authority,
  resourceManager,
}: Pick<AzureKeyVaultSettings, 'vaultUrl' | 'authority' | 'resourceManager'>): AzureClient {
  const services: Readonly<Record<AzureService, StoreHttp>> = {
    vault: storeHttp(vaultUrl),
    entra: storeHttp(authority),
    'resource-manager': storeHttp(resourceManager),
  };
  const exchange = async (request: AzureRequest, correlationId: string) => {
    const { service, method, path } = request;
    const { body, type } = contentOf(request);
    const headers = headersOf(request, type, correlationId);
    const answer = await services[service]({ method, path, headers, body }).catch((error) => {
      throw error instanceof NoHttpAnswer ? new AzureUnavailable(error.fault) : error;
    });
    return answerOf(answer);
  };
  return (request) => {
    const { name, tenantId } = request.operation;
    const routine = name.startsWith('GET ');
    const { once } = request;
    return storeAttempts(
      { keyStore: 'azure-key-vault', operation: name, tenantId, routine, once },
      (correlationId) => exchange(request, correlationId),
    );
  };
}

function contentOf({ body, form }: AzureRequest) {
  if (form !== undefined)
    return {
      body: new URLSearchParams(form).toString(),
      type: 'application/x-www-form-urlencoded',
    };
  return body === undefined ? {} : { body: JSON.stringify(body), type: 'application/json' };
}

const headersOf = ({ token }: AzureRequest, type: string | undefined, correlationId: string) => ({
  Accept: 'application/json',
  // The vault's own log has it as `correlationId`.
  'x-ms-client-request-id': correlationId,
  ...(token !== undefined && { Authorization: `Bearer ${token}` }),
  ...(type !== undefined && { 'Content-Type': type }),
});

function answerOf({ status, headers, body: text }: StoreHttpAnswer): AzureAnswer {
  const body = jsonOf(text);
  const fault = faultOf(status);
  if (fault !== undefined) throw new AzureUnavailable(fault);
  // Only an answer without content may be none of Azure's JSON.
  if (body === undefined && text !== '') throw new AzureUnavailable('nonsense');
  const { code, inner } = errorOf(body);
  const requestId = headers['x-ms-request-id'];
  return {
    status,
    body,
    code,
    innerCode: inner,
    requestId: typeof requestId === 'string' && id.test(requestId) ? requestId : undefined,
  };
}

/** The vault spells `innererror` in small letters, and some versions of it `innerError`. Entra's `error` is a text. */
function errorOf(body: Json | undefined) {
  const { error } = body ?? {};
  if (typeof error !== 'object' || error === null) return {};
  const { code, innererror, innerError } = error as Json;
  const { code: inner } = (innererror ?? innerError ?? {}) as Json;
  return { code: textOf(code), inner: textOf(inner) };
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;

function faultOf(status: number): AzureFault | undefined {
  if (status === 429) return 'throttled';
  // 408 is Azure Resource Manager's own word for a service behind it that was too slow.
  if (status >= 500 || status === 408) return 'failed';
  return status < 200 || (status >= 300 && status < 400) ? 'nonsense' : undefined;
}
