/** One PUT, and what its answer means for the row and for the run. */
import type { TenantLine } from './tenant-list.ts';
import type { TokenSource } from './token-source.ts';

export type PutResult =
  /** the tenant exists */
  | { readonly kind: 'created' | 'existing' }
  /** the API does not take this row */
  | { readonly kind: 'conflict' | 'refused'; readonly reason: string }
  /** worth another try */
  | {
      readonly kind: 'again';
      readonly reason: string;
      /** whether all rows must slow down */
      readonly throttled: boolean;
      readonly retryAfterMs: number;
    }
  /** the API will take no row */
  | { readonly kind: 'hopeless'; readonly reason: string };

export interface TenantsApi {
  /** @throws TokenError */
  put(tenant: TenantLine): Promise<PutResult>;
}

/** API Gateway answers within 29 seconds. */
const timeoutMs = 35_000;
const longestRetryAfterMs = 5 * 60_000;

/** @param base with the stage */
export function openTenantsApi(base: string, tokenSource: TokenSource): TenantsApi {
  return {
    async put(tenant) {
      const token = await tokenSource.token();
      const first = await send(base, token, tenant);
      if (first.status !== 401 || !tokenSource.refused(token)) return resultOf(first);
      return resultOf(await send(base, await tokenSource.token(), tenant));
    },
  };
}

interface Answer {
  /** undefined where no answer came */
  readonly status: number | undefined;
  readonly retryAfter: string | null;
  readonly code: string;
  readonly reason: string;
}

async function send(base: string, token: string, tenant: TenantLine): Promise<Answer> {
  try {
    const response = await fetch(`${base}/tenants/${tenant.tenantId}`, {
      method: 'PUT',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(tenant.request),
      // The token goes to this URL and nowhere else.
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const { status, headers } = response;
    const { code, detail, requestId } = Object(await response.json().catch(() => undefined));
    const parts = [status, code, detail, requestId && `(request ${requestId})`];
    const reason = parts.filter((part) => part !== undefined).join(' ');
    return {
      status,
      retryAfter: headers.get('retry-after'),
      code: String(code),
      // Control characters in the answer must not reach the terminal.
      reason: reason.replace(/\p{C}/gu, '?'),
    };
  } catch (error) {
    const timedOut = error instanceof DOMException && error.name === 'TimeoutError';
    const reason = timedOut ? 'no answer in time' : 'the API cannot be reached';
    return { status: undefined, retryAfter: null, code: '', reason };
  }
}

function resultOf({ status, retryAfter, code, reason }: Answer): PutResult {
  const again = (throttled: boolean): PutResult => ({
    kind: 'again',
    reason,
    throttled,
    retryAfterMs: retryAfterMs(retryAfter),
  });
  if (status === undefined) return again(false);
  if (status === 201) return { kind: 'created' };
  if (status === 200) return { kind: 'existing' };
  if (status === 409) return code === 'tenant-busy' ? again(false) : { kind: 'conflict', reason };
  // A key that is not ready says nothing about KMS's quotas.
  if (status === 429 || status === 503) return again(code !== 'key-not-ready');
  if (status >= 500 || status === 408) return again(false);
  const isAbout = status === 400 || status === 413 || status === 422;
  return { kind: isAbout ? 'refused' : 'hopeless', reason };
}

/** Seconds or a date (RFC 9110 section 10.2.3). @returns 0 where it is neither */
function retryAfterMs(value: string | null): number {
  if (value === null) return 0;
  const wait = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(wait) ? Math.min(Math.max(wait, 0), longestRetryAfterMs) : 0;
}
