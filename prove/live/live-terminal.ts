/** The report of a deployed stack for people: which key breaks which theorem. */
import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';
import { visible } from '../report.ts';
import { printReport } from '../report-terminal.ts';
import { isLiveProved, type LiveReport } from './live.ts';

type Format = Parameters<typeof styleText>[0];

export function printLiveReport(report: LiveReport, stream: WriteStream): void {
  const { stack, findings, keys, stackName, accountId, region } = report;
  // A tag of a key may have any characters.
  const line = (text: string, format: Format = 'reset') =>
    stream.write(`${styleText(format, visible(text), { stream })}\n`);
  printReport(stack, stream);
  line('');
  line(`${stackName} of account ${accountId} in ${region}, as it is deployed:`);
  line(
    `${keys.lookedAt} keys looked at; ${keys.read} may be tenants', of which ${keys.ofAll} have the policy of all`,
  );
  for (const { theorem, sentence } of findings) line(`theorem ${theorem}: ${sentence}`, 'red');
  for (const { keyId, tenantId, verdict, findings: ofKey } of keys.open) {
    const format = verdict === 'refuted' ? 'red' : 'yellow';
    line(`${keyId}, of ${tenantId ?? 'no one tenant'}, is not proved:`, format);
    for (const { theorem, sentence } of ofKey) {
      line(`  ${theorem === undefined ? '' : `theorem ${theorem}: `}${sentence}`);
    }
  }
  const isAll = isLiveProved(report);
  const result = `${keys.proved} of ${keys.read} keys proved, read since ${keys.since}`;
  line(isAll ? result : `${result}; not all is proved`, isAll ? 'green' : 'red');
}
