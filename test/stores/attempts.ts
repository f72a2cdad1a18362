/**
 * What is tried in a store, and what the store must say. An attempt is a claim with a name; a store with a hole in it breaks at
 * least one. Refused is what the store's policy or a role's pins refuse: an answer of the engine behind them is none.
 */
import type { Answer, Store } from './store.ts';

export type Request = readonly [method: string, path: string, body?: object];

export interface Attempt {
  readonly by: string;
  /** what is tried, without the tenants' names */
  readonly name: string;
  readonly upon: 'a neighbour' | 'its own key' | 'the store';
  /** absent: the store must refuse it */
  readonly allowed?: true;
  readonly request: Request;
  readonly token: string | undefined;
}

export interface Tried extends Attempt {
  readonly answer: Answer;
}

export async function tried(store: Store, attempts: readonly Attempt[]): Promise<Tried[]> {
  const all: Tried[] = [];
  for (const attempt of attempts)
    all.push({ ...attempt, answer: await store.call(attempt.token, ...attempt.request) });
  return all;
}

/** @returns what is not as it must be */
export const broken = (all: readonly Tried[]): string[] =>
  all
    .filter(({ allowed, answer }) => (allowed ? answer.status >= 300 : !isRefusal(answer)))
    .map(
      ({ by, name, upon, answer }) => `${by}: ${name}, ${upon}: ${answer.status} ${answer.words}`,
    );

/** 403 is the policy's. A login is refused by its role, with 400. */
const isRefusal = ({ status, words }: Answer): boolean =>
  status === 403 || /^error validating (claims|token)|^claim ".*" not found in token/.test(words);
