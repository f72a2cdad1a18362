/** A run against an API that answers as a test says, by a clock that moves by itself. */
import { openRateLimit } from '../../../../client/command-line/tenant-import/adaptive-rate-limit.ts';
import type { Clock } from '../../../../client/command-line/tenant-import/clock.ts';
import { importAll } from '../../../../client/command-line/tenant-import/import-run.ts';
import type { PutResult } from '../../../../client/command-line/tenant-import/put-tenant.ts';
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
  /** the row at which the list cannot be read on, and why */
  readonly breaksAt?: readonly [number, Error];
}

export async function importAgainst({ count, rate = 4, answer, breaksAt }: Script) {
  const clock = virtualClock();
  const stop = new AbortController();
  const sent: { readonly at: number; readonly tenantId: string }[] = [];
  const failures: (readonly [tenantId: string, error: unknown])[] = [];
  let underWay = 0;
  let mostUnderWay = 0;
  async function* rows() {
    for (let n = 0; n < count; n += 1) {
      if (n === breaksAt?.[0]) throw breaksAt[1];
      yield { line: n + 2, tenantId: `tenant-${n}`, request: {} };
    }
  }
  const run = await importAll({
    rows: rows(),
    count,
    async put({ tenantId }) {
      underWay += 1;
      mostUnderWay = Math.max(mostUnderWay, underWay);
      const n = sent.push({ at: clock.now(), tenantId });
      const result = await answer(n, clock, stop, tenantId);
      underWay -= 1;
      return result;
    },
    rateLimit: openRateLimit({ rate, clock, signal: stop.signal }),
    clock,
    inFlight: 8,
    stop,
    onRow: ({ tenant, error }) => {
      if (error !== undefined) failures.push([tenant.tenantId, error]);
    },
  });
  return { ...run, sent, failures, mostUnderWay };
}
