/**
 * A session of a role that somebody else gives and takes. Invariant: whoever gets one gets it by an answer of STS that is no
 * older than the maximum age, so that a role which lets nobody in any more counts within that time, however long AWS takes the
 * session. Where STS gives no answer, the session goes on until then, and not longer.
 */

export interface Opened<T> {
  readonly session: T;
  /** epoch milliseconds: when STS was asked for it */
  readonly askedAtMs: number;
}

export interface RenewedSession<T> {
  /** @throws what `open` throws */
  current(): Promise<Opened<T>>;
  /** A session that was refused, whatever its age, unless it was renewed meanwhile. */
  drop(opened: Opened<T>): void;
}

export interface RenewalOptions<T> {
  /** asks for a session */
  readonly open: () => Promise<T>;
  readonly maxAgeMs: number;
  /** whether an error of `open` says that there was no answer, and not that there is no session */
  readonly isUnavailable: (error: unknown) => boolean;
  /** epoch milliseconds */
  readonly now?: () => number;
}

/** Tenants share the calls that STS takes from an account: one that was refused is not asked for with each request. */
const refusalCountsMs = 2_000;
/** After an attempt that had no answer, for who has a session still. */
const pauseMs = 5_000;

export function renewedSession<T>(options: RenewalOptions<T>): RenewedSession<T> {
  const { open, maxAgeMs, isUnavailable, now = Date.now } = options;
  let current: Opened<T> | undefined;
  let opening: Promise<Opened<T>> | undefined;
  let refused: { readonly error: unknown; readonly atMs: number } | undefined;
  let noAnswerAtMs = Number.NEGATIVE_INFINITY;

  /** A clock that was set back must not make a session live on. */
  const isWithin = (sinceMs: number, ageMs: number) => {
    const age = now() - sinceMs;
    return age >= 0 && age < ageMs;
  };

  async function ask(): Promise<Opened<T>> {
    const askedAtMs = now();
    try {
      current = { session: await open(), askedAtMs };
      refused = undefined;
      return current;
    } catch (error) {
      if (isUnavailable(error)) noAnswerAtMs = now();
      else {
        current = undefined;
        refused = { error, atMs: now() };
      }
      throw error;
    }
  }

  function openOnce(): Promise<Opened<T>> {
    opening ??= ask().finally(() => {
      opening = undefined;
    });
    return opening;
  }

  return {
    async current() {
      if (refused !== undefined && isWithin(refused.atMs, refusalCountsMs)) throw refused.error;
      const old = current;
      if (old === undefined || !isWithin(old.askedAtMs, maxAgeMs)) return openOnce();
      const isYoung = isWithin(old.askedAtMs, maxAgeMs / 2);
      // One request renews it, and waits; the others go on with what there is.
      if (isYoung || opening !== undefined || isWithin(noAnswerAtMs, pauseMs)) return old;
      return openOnce().catch((error: unknown) => {
        if (isUnavailable(error)) return old;
        throw error;
      });
    },
    drop(opened) {
      if (current === opened) current = undefined;
    },
  };
}
