/** A run against an API that answers as a test says, by a clock that moves by itself. */
import { openRateLimit } from '../../../bin/onboard/adaptive-rate-limit.ts';
import type { Clock } from '../../../bin/onboard/clock.ts';
import type { Journal } from '../../../bin/onboard/journal.ts';
import { onboardAll } from '../../../bin/onboard/onboarding-run.ts';
import type { TenantLine } from '../../../bin/onboard/tenant-list.ts';
import type { PutResult } from '../../../bin/onboard/tenants-api.ts';
import { virtualClock } from './virtual-clock.ts';

interface Script {
  readonly count: number;
  readonly rate?: number;
  /** @returns the API's answer to the n-th request */
  readonly answer: (
    n: number,
    clock: Clock,
    stop: AbortController,
    tenantId: string,
  ) => PutResult | Promise<PutResult>;
  readonly journal?: Partial<Journal>;
}

export async function onboardAgainst({ count, rate = 4, answer, journal }: Script) {
  const clock = virtualClock();
  const stop = new AbortController();
  const sent: { readonly at: number; readonly tenantId: string }[] = [];
  const added: string[] = [];
  const failures: string[] = [];
  let underWay = 0;
  let mostUnderWay = 0;
  const tenants = Array.from({ length: count }, (_, n): TenantLine => {
    return { line: n + 2, tenantId: `tenant-${n}`, request: {} };
  });
  const run = await onboardAll({
    tenants,
    journal: {
      isDone: () => false,
      add: ({ tenantId }) => added.push(tenantId),
      close() {},
      ...journal,
    },
    api: {
      async put({ tenantId }) {
        underWay += 1;
        mostUnderWay = Math.max(mostUnderWay, underWay);
        const n = sent.push({ at: clock.now(), tenantId });
        const result = await answer(n, clock, stop, tenantId);
        underWay -= 1;
        return result;
      },
    },
    rateLimit: openRateLimit({ rate, clock, signal: stop.signal }),
    clock,
    inFlight: 8,
    stop,
    onRow: ({ reason }) => {
      if (reason !== undefined) failures.push(reason);
    },
  });
  return { ...run, sent, added, failures, mostUnderWay };
}
