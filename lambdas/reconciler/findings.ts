/**
 * What the reconciler has found: each finding is a line in the log, which is a metric as well, an event, and part of
 * the summary. Invariant: a finding quotes of a row only the names of attributes, and nothing of a policy.
 */
import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { FindingKind, FindingOutcome } from '../../contract/findings.ts';
import { type LogLevel, log } from '../observability/log.ts';
import { counting } from '../observability/metrics.ts';
import { ownNames } from '../stack/own-names.ts';

export interface Finding {
  readonly kind: FindingKind;
  readonly outcome: FindingOutcome;
  readonly tenantId?: string | undefined;
  readonly keyArn?: string | undefined;
  readonly detail: string;
}

export interface Findings {
  readonly all: readonly Finding[];
  /** how many EventBridge did not take */
  readonly undelivered: number;
  add(finding: Finding): void;
  /** Sends the events of what was added. Never fails: the log has it all. */
  flush(): Promise<void>;
}

/** As many as PutEvents takes at once. */
const entriesAtOnce = 10;

const levels: Readonly<Record<FindingOutcome, LogLevel>> = {
  repaired: 'INFO',
  reported: 'WARN',
  failed: 'ERROR',
};

export function openFindings(events: EventBridgeClient): Findings {
  const all: Finding[] = [];
  let sent = 0;
  let undelivered = 0;
  return {
    all,
    get undelivered() {
      return undelivered;
    },
    add(finding) {
      all.push(finding);
      const metric = counting(['Findings'], ['kind', 'outcome']);
      log(levels[finding.outcome], { message: 'finding', ...finding, Findings: 1, ...metric });
    },
    async flush() {
      while (sent < all.length) {
        const some = all.slice(sent, sent + entriesAtOnce);
        sent += some.length;
        undelivered += await sendEvents(events, some);
      }
    },
  };
}

/** @returns how many EventBridge did not take */
async function sendEvents(
  events: EventBridgeClient,
  findings: readonly Finding[],
): Promise<number> {
  const Entries = findings.map((finding) => ({
    Source: ownNames.id,
    DetailType: 'Reconciler finding',
    Resources: finding.keyArn === undefined ? [] : [finding.keyArn],
    Detail: JSON.stringify(finding),
  }));
  try {
    const { FailedEntryCount = 0 } = await events.send(new PutEventsCommand({ Entries }));
    if (FailedEntryCount > 0) log('ERROR', { message: 'events not taken', FailedEntryCount });
    return FailedEntryCount;
  } catch (error) {
    log('ERROR', { message: 'events not taken', error: (error as Error).name });
    return findings.length;
  }
}
