/**
 * What one request has cost: calls to AWS, hits of caches, time; and which calls of KMS it rests on. Invariant:
 * it has numbers, and ids that open nothing, but nothing of the content or the tenant; and two requests never share one, also where they overlap in one process. What
 * several requests wait for together is on the tally of the one that began it.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Context } from 'aws-lambda';

/** By the names that `Server-Timing` has for them. */
export type Service = 'kms' | 'sts' | 'table';

/** By the names of the metrics. */
export type Count =
  | 'DataKeyCacheHits'
  | 'DataKeyCacheMisses'
  | 'RegistryCacheHits'
  | 'RegistryCacheMisses'
  | 'KmsCalls'
  | 'StsCalls'
  | 'TableCalls'
  | 'Throttles'
  | 'Items'
  | 'FailedItems';

const callsOf = { kms: 'KmsCalls', sts: 'StsCalls', table: 'TableCalls' } as const;

type Invocation = Pick<Context, 'getRemainingTimeInMillis'>;

export class Tally {
  readonly #invocation: Invocation;
  readonly #begunAt = performance.now();
  readonly #counts: Partial<Record<Count, number>> = {};
  readonly #spent: Partial<Record<Service, number>> = {};
  readonly #kmsCalls = new Map<string, string | undefined>();
  #withheld = false;

  constructor(invocation: Invocation) {
    this.#invocation = invocation;
  }

  /** how often each thing happened that happened at all */
  get counts(): Readonly<Partial<Record<Count, number>>> {
    return this.#counts;
  }

  /** milliseconds waited for each service; the sum, where calls went side by side */
  get spent(): Readonly<Partial<Record<Service, number>>> {
    return this.#spent;
  }

  /** milliseconds */
  get duration(): number {
    return performance.now() - this.#begunAt;
  }

  /** milliseconds until the invocation is cut off */
  get remaining(): number {
    return this.#invocation.getRemainingTimeInMillis();
  }

  /** whether the caller must not see what the request has cost */
  get withheld(): boolean {
    return this.#withheld;
  }

  /** by the id that KMS gave each, those of other requests included whose data keys were used again */
  get kmsCalls(): { readonly requestId: string; readonly dataKeyId?: string }[] {
    return [...this.#kmsCalls].map(([requestId, dataKeyId]) => ({
      requestId,
      ...(dataKeyId !== undefined && { dataKeyId }),
    }));
  }

  count(what: Count, times = 1): void {
    this.#counts[what] = (this.#counts[what] ?? 0) + times;
  }

  /** @param dataKeyId of the data key that the call gave */
  restsOn(kmsRequestId: string, dataKeyId?: string): void {
    const known = this.#kmsCalls.get(kmsRequestId);
    this.#kmsCalls.set(kmsRequestId, dataKeyId ?? known);
  }

  /** Each attempt, as it begins: an answer does not wait for what it no longer needs. */
  called(service: Service): void {
    this.count(callsOf[service]);
  }

  waited(service: Service, milliseconds: number): void {
    this.#spent[service] = (this.#spent[service] ?? 0) + milliseconds;
  }

  withhold(): void {
    this.#withheld = true;
  }
}

const current = new AsyncLocalStorage<Tally>();

/** Whatever `serve` begins is on a tally of its own. */
export const tallied = <T>(invocation: Invocation, serve: () => T): T =>
  current.run(new Tally(invocation), serve);

/** @returns undefined outside of a request */
export const tally = (): Tally | undefined => current.getStore();
