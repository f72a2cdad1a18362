/** `/_local/clock`: shows the time of KMS, and puts it forward. */
import { z } from 'zod';
import type { AdvancingClock } from '../../clock.ts';
import { type LocalPage, PageError } from './control-endpoint.ts';

const second = 1000;
const day = 86_400 * second;

const advance = z.union([
  z.strictObject({ advanceDays: z.number().positive() }),
  z.strictObject({ advanceSeconds: z.number().positive() }),
]);

/** @param clock of which advancing does all that its time brings with it */
export const clockPage = (clock: AdvancingClock): LocalPage => ({
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
  aheadSeconds: clock.ahead / second,
});

/** @throws PageError */
function put(clock: AdvancingClock, body: unknown): void {
  const { data } = advance.safeParse(body);
  if (data === undefined) {
    throw new PageError(
      'the body must be {"advanceDays": N} or {"advanceSeconds": N}, N a number above 0',
    );
  }
  try {
    clock.advance('advanceDays' in data ? data.advanceDays * day : data.advanceSeconds * second);
  } catch (error) {
    throw error instanceof RangeError ? new PageError(error.message) : error;
  }
}
