/** How API Gateway throttles: a bucket for the stage, and one for each method that has limits of its own. */
import type { FixedAnswer } from './fixed-answer.ts';
import type { ApiDefinition, MethodDefinition } from './template.ts';

/** @returns whether a request may pass; one to a method with limits of its own takes nothing of the stage */
export function openThrottles({
  throttling,
  fixedAnswers,
  methods,
}: Pick<ApiDefinition, 'throttling' | 'fixedAnswers' | 'methods'>): (
  of: FixedAnswer | MethodDefinition,
) => boolean {
  const ofStage = throttling === undefined ? () => true : openThrottle(throttling);
  const own = new Map(
    [...fixedAnswers, ...methods].flatMap((one) =>
      one.throttling === undefined ? [] : [[one, openThrottle(one.throttling)] as const],
    ),
  );
  return (of) => (own.get(of) ?? ofStage)();
}

/** API Gateway's token bucket. */
function openThrottle({ rate, burst }: { readonly rate: number; readonly burst: number }) {
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
