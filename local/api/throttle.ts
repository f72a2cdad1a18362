/** API Gateway's token bucket. */
export function openThrottle({ rate, burst }: { readonly rate: number; readonly burst: number }) {
  let tokens = burst;
  let last = performance.now();
  /** @returns whether the request may pass */
  return (): boolean => {
    const now = performance.now();
    tokens = Math.min(burst, tokens + ((now - last) / 1000) * rate);
    last = now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
