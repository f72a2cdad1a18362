/** Whether the audit has what the run did. */
import type { AuditEvent } from '../../client/tenant-keys.ts';
import { until } from '../until.ts';
import type { Smoke } from './smoke.ts';

export async function auditShowsIt(smoke: Smoke): Promise<string> {
  const { administrator, first, platform, patience, startedAt } = smoke;
  // CloudTrail's times are to the second.
  const from = new Date(Math.floor(startedAt.getTime() / 1000) * 1000);
  const { count } = await until(async () => {
    const events: AuditEvent[] = [];
    const query = { from, signal: patience.signal };
    for await (const event of administrator.tenant(first.id).audit(query)) events.push(event);
    const missing = missingIn(events, platform.keyEvents === true);
    return missing === undefined ? { count: events.length } : `the audit has no ${missing}`;
  }, patience);
  const without = platform.keyEvents === true ? '' : `; left out: ${platform.keyEvents}`;
  return `${count} events of ${first.id}, with what encrypted, what decrypted and the neighbour's attempt${without}`;
}

/** @returns the first that is missing */
function missingIn(events: readonly AuditEvent[], withKms: boolean): string | undefined {
  const requests = events.filter(
    (event) => event.kind === 'request' && event.outcome === 'succeeded',
  );
  for (const operation of ['encrypt', 'decrypt']) {
    if (!requests.some((event) => event.operation === operation)) return `request to ${operation}`;
  }
  if (!events.some(({ kind, outcome }) => kind === 'attempt' && outcome === 'refused')) {
    return 'attempt of the neighbour';
  }
  if (!withKms) return undefined;
  const calls = new Set(events.flatMap((event) => (event.kind === 'kms' ? [event.requestId] : [])));
  const joined = requests.some(
    (event) =>
      event.kind === 'request' && event.kmsCalls.some(({ requestId }) => calls.has(requestId)),
  );
  return joined ? undefined : 'call of KMS on which a request rests';
}
