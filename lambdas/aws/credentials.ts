/**
 * Temporary credentials that are renewed before they end, and where AWS takes them for ended. Invariant: who
 * asks at once waits for one answer, and a failure is not kept.
 */
import type { Pluggable } from '@smithy/types';
import { isNamed } from './errors.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

/** Renewed this long before the end; the SDK asks for new ones five minutes before. */
const renewedInMs = 6 * 60_000;

export interface Renewed {
  get(): Promise<Credentials>;
  /** Drops what AWS no longer takes, whatever it says of its end, unless it was renewed meanwhile. */
  refused(accessKeyId: string): Promise<void>;
}

/** Keeps what it got until shortly before it expires; those who ask at once wait for one answer. */
export function renewed(ask: () => Promise<Credentials>): Renewed {
  let current: Promise<Credentials> | undefined;
  let goodUntil = Number.POSITIVE_INFINITY;
  return {
    get() {
      if (current === undefined || Date.now() > goodUntil) {
        goodUntil = Number.POSITIVE_INFINITY;
        const asked = ask().then((credentials) => {
          goodUntil = credentials.expiration.getTime() - renewedInMs;
          return credentials;
        });
        // A failure is not kept.
        asked.catch(() => {
          if (current === asked) current = undefined;
        });
        current = asked;
      }
      return current;
    },
    async refused(accessKeyId) {
      const refusedOne = current;
      const given = await refusedOne?.catch(() => undefined);
      if (current === refusedOne && given?.accessKeyId === accessKeyId) current = undefined;
    },
  };
}

/** The SDK's own memory of the credentials, which it keeps by their word. */
type Remembered = (options?: { readonly forceRefresh: boolean }) => Promise<{
  readonly accessKeyId: string;
}>;

/**
 * A session that AWS takes for expired before its time (a clock that was set, a freeze of the function) is
 * renewed, and the call made once more: AWS has done nothing.
 */
export const onceRenewed = <I extends object, O extends object>(
  credentials: Renewed,
  remembered: Remembered,
): Pluggable<I, O> => ({
  applyToStack: (stack) =>
    // Outside of the retries: these sign with what the SDK has remembered at the beginning.
    stack.add(
      (next) => async (args) => {
        const { accessKeyId } = await remembered();
        try {
          return await next(args);
        } catch (error) {
          if (!isNamed(error, 'ExpiredTokenException')) throw error;
          await credentials.refused(accessKeyId);
          await remembered({ forceRefresh: true });
          return next(args);
        }
      },
      { step: 'initialize', name: 'onceRenewed' },
    ),
});
