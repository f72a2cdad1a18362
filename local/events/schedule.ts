/** Invokes functions by the clock, as EventBridge's rules do. Invariant: a rule's runs never overlap. */
import { randomUUID } from 'node:crypto';
import { fullRun } from '../../contract/full-run.ts';
import type { Runtime } from '../lambda/runtime.ts';
import type { Account } from '../template/resource-types.ts';
import type { ScheduledRule } from './template.ts';

export interface SchedulesOptions {
  readonly account: Account;
  readonly rules: readonly ScheduledRule[];
  readonly runtime: Runtime;
  /** whether rules run by the clock; otherwise only by `run` */
  readonly ticking: boolean;
  readonly onError: (rule: string, error: unknown) => void;
}

export interface Schedules {
  /**
   * Runs a rule's function by hand, in full, after the run by the clock that may be under way; or waits for such a run.
   * @returns what the function returned
   * @throws FunctionError where it failed
   */
  run(rule: ScheduledRule): Promise<unknown>;
  close(): void;
}

/** The first run is one period after the start, as with a rule that was just made. */
export function openSchedules(options: SchedulesOptions): Schedules {
  const { rules, ticking, onError } = options;
  const running = new Map<string, Promise<unknown>>();
  const byHand = new Map<string, Promise<unknown>>();
  let closed = false;

  function start(rule: ScheduledRule, event: object): Promise<unknown> {
    const run = options.runtime
      .invoke(rule.functionArn, event)
      .finally(() => running.delete(rule.name));
    running.set(rule.name, run);
    return run;
  }
  function startByHand(rule: ScheduledRule): Promise<unknown> {
    const current = running.get(rule.name);
    const begin = () => start(rule, fullRun);
    const run = current === undefined ? begin() : current.then(begin, begin);
    const kept = run.finally(() => byHand.delete(rule.name));
    byHand.set(rule.name, kept);
    return kept;
  }
  function tick(rule: ScheduledRule): void {
    // Skipped while the last run is still under way.
    if (running.has(rule.name)) return;
    start(rule, scheduledEvent(options, rule)).catch((error: unknown) => {
      // A run that the end of the stack cut off is no error.
      if (!closed) onError(rule.name, error);
    });
  }
  const timers = (ticking ? rules : []).map((rule) =>
    setInterval(tick, rule.everyMinutes * 60_000, rule).unref(),
  );
  return {
    run: (rule) => byHand.get(rule.name) ?? startByHand(rule),
    close() {
      closed = true;
      for (const timer of timers) clearInterval(timer);
    },
  };
}

const scheduledEvent = ({ account }: SchedulesOptions, { arn }: ScheduledRule) => ({
  version: '0',
  id: randomUUID(),
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: account.accountId,
  time: new Date().toISOString(),
  region: account.region,
  resources: [arn],
  detail: {},
});
