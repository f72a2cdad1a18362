/** Waiting that ends: by what was waited for, by the caller's AbortSignal, or by time. */

export interface Limits {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number;
  /** what is thrown when the time is over */
  readonly timeout?: () => Error;
}

/**
 * @param action gets a signal that says that nobody waits any more
 * @throws the signal's reason; what `timeout` gives; what the action throws
 */
export async function interruptible<T>(
  action: (signal: AbortSignal) => Promise<T>,
  { signal, timeoutMs, timeout }: Limits,
): Promise<T> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  let release = () => {};
  const interrupted = new Promise<never>((_, reject) => {
    const timer =
      timeoutMs === undefined ? undefined : setTimeout(() => reject(timeout?.()), timeoutMs);
    const abort = () => reject(signal?.reason);
    signal?.addEventListener('abort', abort);
    release = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
  });
  try {
    return await Promise.race([action(controller.signal), interrupted]);
  } finally {
    release();
    controller.abort();
  }
}

/** @throws the signal's reason */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  let wake = () => {};
  const slept = (stop: AbortSignal) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => clearTimeout(timer);
      stop.addEventListener('abort', wake);
    });
  await interruptible(slept, { signal });
}
