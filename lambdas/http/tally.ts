/**
 * What one request has cost: calls to AWS, hits of caches, time. Invariant: it has numbers and nothing else, of
 * neither content nor tenant; and two requests never share one, also where they overlap in one process. What
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
  | 'Throttles';

const callsOf = { kms: 'KmsCalls', sts: 'StsCalls', table: 'TableCalls' } as const;

type Invocation = Pick<Context, 'getRemainingTimeInMillis'>;

export class Tally {
  readonly #invocation: Invocation;
  readonly #begunAt = performance.now();
  readonly #counts: Partial<Record<Count, number>> = {};
  readonly #spent: Partial<Record<Service, number>> = {};
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

  count(what: Count): void {
    this.#counts[what] = (this.#counts[what] ?? 0) + 1;
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
