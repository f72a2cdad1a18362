/**
 * What one request has cost: calls to AWS, hits of caches, time; which calls of KMS it rests on; and what it changed of
 * its tenant. Invariant: the statistics hold numbers, ids that open nothing, and of a tenant what the API shows to
 * administrators, but nothing of the content. Two requests never share them, also where they overlap in one process.
 * Where several requests wait for the same call, it counts for the one that began it.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { isDeepStrictEqual } from 'node:util';
import type { Context } from 'aws-lambda';
import type { TenantMembers } from '../../contract/audit.ts';
import type { RequestCount } from '../../contract/metrics.ts';

/** As `Server-Timing` names them. `store`: a key store beside KMS of this account. */
export type AwsService = 'kms' | 'broker' | 'sts' | 'table' | 'store';

const callCounts = {
  kms: 'KmsCalls',
  broker: 'BrokerCalls',
  sts: 'StsCalls',
  table: 'TableCalls',
  store: 'KeyStoreCalls',
} as const;

/** Of the members that a request changed, those that were there before and those that are there after. */
export interface TenantChange {
  /** absent: there was no such tenant */
  readonly before?: TenantMembers;
  readonly after: TenantMembers;
}

type Invocation = Pick<Context, 'getRemainingTimeInMillis'>;

export class RequestStats {
  readonly #invocation: Invocation;
  readonly #begunAt = performance.now();
  readonly #counts: Partial<Record<RequestCount, number>> = {};
  readonly #waitedMs: Partial<Record<AwsService, number>> = {};
  readonly #kmsCalls = new Map<string, string | undefined>();
  #timingIsHidden = false;
  #principalIsConfirmed = false;
  #tenantChange: TenantChange | undefined;

  constructor(invocation: Invocation) {
    this.#invocation = invocation;
  }

  /** how often each thing happened; what did not happen has no member */
  get counts(): Readonly<Partial<Record<RequestCount, number>>> {
    return this.#counts;
  }

  /** the time waited for each service; calls that went side by side are summed */
  get waitedMs(): Readonly<Partial<Record<AwsService, number>>> {
    return this.#waitedMs;
  }

  get durationMs(): number {
    return performance.now() - this.#begunAt;
  }

  /** until Lambda ends the invocation */
  get remainingMs(): number {
    return this.#invocation.getRemainingTimeInMillis();
  }

  /** whether the caller must not see what the request has cost */
  get timingIsHidden(): boolean {
    return this.#timingIsHidden;
  }

  /** whether the caller is who the event says, as far as the function can know */
  get principalIsConfirmed(): boolean {
    return this.#principalIsConfirmed;
  }

  /** the request's own calls, and those of other requests whose data keys it used again */
  get kmsCalls(): { readonly requestId: string; readonly dataKeyId?: string }[] {
    return [...this.#kmsCalls].map(([requestId, dataKeyId]) => ({
      requestId,
      ...(dataKeyId !== undefined && { dataKeyId }),
    }));
  }

  /** undefined where the request changed nothing that the API shows */
  get tenantChange(): TenantChange | undefined {
    return this.#tenantChange && differing(this.#tenantChange);
  }

  count(what: RequestCount, times = 1): void {
    this.#counts[what] = (this.#counts[what] ?? 0) + times;
  }

  /**
   * @param requestId as KMS gave it
   * @param dataKeyId of the data key that the call gave
   */
  addKmsCall(requestId: string, dataKeyId?: string): void {
    const known = this.#kmsCalls.get(requestId);
    this.#kmsCalls.set(requestId, dataKeyId ?? known);
  }

  /** Count each attempt when it begins: the request may be answered before it ends. */
  countCall(service: AwsService): void {
    this.count(callCounts[service]);
  }

  addWait(service: AwsService, waitMs: number): void {
    this.#waitedMs[service] = (this.#waitedMs[service] ?? 0) + waitMs;
  }

  hideTiming(): void {
    this.#timingIsHidden = true;
  }

  confirmPrincipal(): void {
    this.#principalIsConfirmed = true;
  }

  /** A request may write a tenant several times: what counts is what it found first and left last. */
  changeTenant(before: TenantMembers | undefined, after: TenantMembers): void {
    const first = this.#tenantChange === undefined ? before : this.#tenantChange.before;
    this.#tenantChange = { ...(first && { before: first }), after };
  }
}

function differing({ before, after }: TenantChange): TenantChange | undefined {
  const was = Object.entries(before ?? {});
  const is = Object.entries(after);
  const isIn = (others: typeof was) => (one: [string, unknown]) =>
    others.some((other) => isDeepStrictEqual(one, other));
  const gone = was.filter((one) => one[1] !== undefined && !isIn(is)(one));
  const come = is.filter((one) => one[1] !== undefined && !isIn(was)(one));
  if (gone.length + come.length === 0) return undefined;
  return {
    ...(before && { before: Object.fromEntries(gone) }),
    after: Object.fromEntries(come),
  };
}

const current = new AsyncLocalStorage<RequestStats>();

/** Whatever `serve` begins counts in statistics of its own. */
export const withRequestStats = <T>(invocation: Invocation, serve: () => T): T =>
  current.run(new RequestStats(invocation), serve);

/** @returns undefined outside of a request */
export const requestStats = (): RequestStats | undefined => current.getStore();
