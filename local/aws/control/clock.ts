/** `/_local/clock`: shows the time of KMS, and puts it forward. */
import { z } from 'zod';
import type { AdvancingClock } from '../../clock.ts';
import { type ControlEndpoint, ControlError } from './control-endpoint.ts';

const secondMs = 1000;
const dayMs = 86_400 * secondMs;

const advance = z.union([
  z.strictObject({ advanceDays: z.number().positive() }),
  z.strictObject({ advanceSeconds: z.number().positive() }),
]);

/** @param clock whose `advance` also does what comes due by it */
export const clockEndpoint = (clock: AdvancingClock): ControlEndpoint => ({
  path: '/_local/clock',
  methods: {
    GET: () => shown(clock),
    POST: (body) => {
      put(clock, body);
      return shown(clock);
    },
  },
});

const shown = (clock: AdvancingClock) => ({
  now: clock.now().toISOString(),
  aheadSeconds: clock.aheadMs / secondMs,
});

/** @throws ControlError */
function put(clock: AdvancingClock, body: unknown): void {
  const { data } = advance.safeParse(body);
  if (data === undefined) {
    throw new ControlError(
      'the body must be {"advanceDays": N} or {"advanceSeconds": N}, N a number above 0',
    );
  }
  try {
    clock.advance(
      'advanceDays' in data ? data.advanceDays * dayMs : data.advanceSeconds * secondMs,
    );
  } catch (error) {
    throw error instanceof RangeError ? new ControlError(error.message) : error;
  }
}
