/**
 * Delivers lines of logs to the functions that subscribe to them, as CloudWatch Logs does. Invariant: each line that
 * matches a subscription's pattern is delivered to its function once, in the order of writing. Lines are given up only
 * when their invocation has failed three times, and `onError` gets the error.
 */
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Runtime } from '../lambda/runtime.ts';
import type { Account } from '../template/resource-types.ts';
import { parseFilterPattern } from './filter-pattern.ts';
import type { Subscription } from './template.ts';

/** As for an asynchronous invocation (Lambda's guide, "How Lambda handles errors and retries"). */
const maxAttempts = 3;
/** Limits of one invocation's lines, before compression. */
const maxLines = 200;
const maxBytes = 1_000_000;

export interface SubscriptionsOptions {
  readonly account: Pick<Account, 'accountId'>;
  readonly subscriptions: readonly Subscription[];
  readonly runtime: Pick<Runtime, 'invoke'>;
  /** called when lines are given up */
  readonly onError: (subscription: string, error: unknown) => void;
  /** how long lines are collected, and the pause before a failed invocation is tried again */
  readonly delayMs?: number;
}

export interface Subscriptions {
  /** @param logGroup its name */
  write(logGroup: string, line: string, time: Date): void;
  /**
   * Resolves when all lines are delivered or given up, and no more came for a while: a function's log lines come a
   * little after its answer.
   */
  settled(): Promise<void>;
  /** Drops the lines that are not delivered yet: await settled() first. */
  close(): void;
}

interface LogEvent {
  readonly id: string;
  readonly timestamp: number;
  readonly message: string;
}

interface Delivery {
  readonly subscription: Subscription;
  readonly matches: (line: string) => boolean;
  add(event: LogEvent): void;
  /** resolves when everything that was added is delivered; undefined: nothing is waiting */
  readonly running: Promise<void> | undefined;
}

/** @throws FilterPatternError */
export function openSubscriptions(options: SubscriptionsOptions): Subscriptions {
  const ending = new AbortController();
  const { signal } = ending;
  const ended = new Promise((resolve) => {
    signal.addEventListener('abort', resolve, { once: true });
  });
  const { delayMs = 100 } = options;
  // Ends early when this is closed, and does not keep the process alive.
  const pause = () => setTimeout(delayMs, undefined, { ref: false, signal }).catch(() => {});
  const deliveries = options.subscriptions.map((subscription) =>
    openDelivery(subscription, options, pause, signal),
  );
  const nextId = ids();
  let written = 0;
  return {
    write(logGroup, line, time) {
      const wanting = deliveries.filter(
        (one) => one.subscription.logGroup === logGroup && one.matches(line),
      );
      if (signal.aborted || wanting.length === 0) return;
      written += 1;
      const event = { id: nextId(), timestamp: time.getTime(), message: line };
      for (const delivery of wanting) delivery.add(event);
    },
    async settled() {
      let before: number;
      do {
        before = written;
        await Promise.race([ended, Promise.all(deliveries.map((one) => one.running))]);
        await pause();
      } while (written !== before && !signal.aborted);
    },
    close: () => ending.abort(),
  };
}

/** One invocation at a time: lines that are written meanwhile go with the next. */
function openDelivery(
  subscription: Subscription,
  options: SubscriptionsOptions,
  pause: () => Promise<void>,
  signal: AbortSignal,
): Delivery {
  const { account, runtime, onError } = options;
  const waiting: LogEvent[] = [];
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    await pause();
    while (waiting.length > 0 && !signal.aborted) {
      await deliver(eventOf(account.accountId, subscription, takeBatch(waiting)));
    }
    // Nothing awaits between the check of `waiting` and this, so a line that comes later starts a new run.
    running = undefined;
  }
  async function deliver(event: unknown): Promise<void> {
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      try {
        await runtime.invoke(subscription.functionArn, event);
        return;
      } catch (error) {
        // An invocation that the end of the stack cut off is no error.
        if (signal.aborted) return;
        if (attempt === maxAttempts) {
          onError(subscription.name, error);
          return;
        }
      }
      await pause();
    }
  }
  return {
    subscription,
    matches: parseFilterPattern(subscription.pattern),
    add(event) {
      waiting.push(event);
      running ??= run();
    },
    get running() {
      return running;
    },
  };
}

/** @returns the first lines, at least one; they are no longer waiting */
function takeBatch(waiting: LogEvent[]): LogEvent[] {
  let count = 0;
  let bytes = 0;
  for (const { message } of waiting.slice(0, maxLines)) {
    bytes += Buffer.byteLength(message);
    if (count > 0 && bytes > maxBytes) break;
    count += 1;
  }
  return waiting.splice(0, count);
}

/** User guide, "Log group-level subscription filters", example with AWS Lambda. */
function eventOf(accountId: string, { name, logGroup }: Subscription, logEvents: LogEvent[]) {
  const message = {
    messageType: 'DATA_MESSAGE',
    owner: accountId,
    logGroup,
    logStream: 'local',
    subscriptionFilters: [name],
    logEvents,
  };
  return { awslogs: { data: gzipSync(JSON.stringify(message)).toString('base64') } };
}

/** A line has one id for all subscribers, unique over restarts: 56 ascending digits, which begin with the time. */
function ids(): () => string {
  let last = BigInt(Date.now()) << 144n;
  return () => {
    last += 1n;
    return last.toString();
  };
}
