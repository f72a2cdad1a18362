/**
 * Temporary credentials that are renewed before they expire, and when AWS takes them for expired. Invariant:
 * callers that need new ones at the same time wait for one request, and a failure is not kept. Where new ones cannot be
 * had at the moment, the old ones are used until they expire; a refusal is a refusal at once.
 */
import type { Pluggable } from '@smithy/types';
import { Problem } from '../../contract/problem.ts';
import { isNamed, problemOfAwsError } from './errors.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

/** Before the expiration; the SDK asks for new ones five minutes before. */
const renewalWindowMs = 6 * 60_000;
/** After a failure, for who has old ones. */
const pauseMs = 10_000;

export interface CachedCredentials {
  /** @param token by which new ones are asked for where these are too old */
  get(token: string): Promise<Credentials>;
  /** Asks for new ones, however good the old ones are. Where that fails, these stay. */
  renew(token: string): Promise<Credentials>;
  /** Drops credentials that AWS has refused, whatever their expiration, unless they were renewed meanwhile. */
  drop(accessKeyId: string): Promise<void>;
}

/** @param request asks for new ones */
export function cachedCredentials(
  request: (token: string) => Promise<Credentials>,
): CachedCredentials {
  let current: Promise<Credentials> | undefined;
  let goodUntil = Number.POSITIVE_INFINITY;
  const renewals = new Map<string, Promise<Credentials>>();
  const goodUntilOf = ({ expiration }: Credentials) => expiration.getTime() - renewalWindowMs;

  async function renew(token: string): Promise<Credentials> {
    try {
      const credentials = await request(token);
      current = Promise.resolve(credentials);
      goodUntil = goodUntilOf(credentials);
      return credentials;
    } finally {
      renewals.delete(token);
    }
  }

  async function replace(old: Credentials | undefined, token: string): Promise<Credentials> {
    try {
      const credentials = await request(token);
      goodUntil = goodUntilOf(credentials);
      return credentials;
    } catch (error) {
      if (old === undefined || hasExpired(old) || !isUnavailable(error)) throw error;
      goodUntil = Date.now() + pauseMs;
      return old;
    }
  }

  return {
    get(token) {
      if (current === undefined || Date.now() > goodUntil) {
        goodUntil = Number.POSITIVE_INFINITY;
        const requested = Promise.resolve(current).then((old) => replace(old, token));
        requested.catch(() => {
          if (current === requested) current = undefined;
        });
        current = requested;
      }
      return current;
    },
    renew(token) {
      const renewal = renewals.get(token) ?? renew(token);
      renewals.set(token, renewal);
      return renewal;
    },
    async drop(accessKeyId) {
      const before = current;
      const credentials = await before?.catch(() => undefined);
      if (current === before && credentials?.accessKeyId === accessKeyId) current = undefined;
    },
  };
}

const hasExpired = ({ expiration }: Credentials) => Date.now() >= expiration.getTime();

const isUnavailable = (error: unknown): boolean =>
  (error instanceof Problem ? error : problemOfAwsError(error))?.status === 503;

/** A client's own cache, which believes the expiration that the credentials name. */
type SdkCredentials = (options?: { readonly forceRefresh: boolean }) => Promise<{
  readonly accessKeyId: string;
}>;

/**
 * A plugin for the middleware of a client: where AWS takes a session for expired before its time (the clock was set,
 * or the function was frozen), the session is renewed and the call made once more. AWS has done nothing yet.
 */
export const retryWhenExpired = <I extends object, O extends object>(
  credentials: CachedCredentials,
  sdkCredentials: SdkCredentials,
): Pluggable<I, O> => ({
  applyToStack: (stack) =>
    // Outside the SDK's retries: all of them sign with the credentials that the client had at the beginning.
    stack.add(
      (next) => async (args) => {
        const { accessKeyId } = await sdkCredentials();
        try {
          return await next(args);
        } catch (error) {
          if (!isNamed(error, 'ExpiredTokenException')) throw error;
          await credentials.drop(accessKeyId);
          await sdkCredentials({ forceRefresh: true });
          return next(args);
        }
      },
      { step: 'initialize', name: 'retryWhenExpired' },
    ),
});
