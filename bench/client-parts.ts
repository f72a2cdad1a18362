/** The parts that measure the client: files, and records. */
import { type FileCost, measureFiles } from './files.ts';
import { inRounds, type Open, type Progress, type Report, rounds } from './part.ts';
import { measureRecords } from './records.ts';
import { filesTable, mebibytes, recordsTable } from './report.ts';

export async function files(_: Open, progress: Progress): Promise<Report> {
  const costs = await measureFiles(inRounds('files', progress));
  progress('');
  const target = (what: string, { speed, bytesAboveStart }: FileCost) =>
    [
      {
        what: `speed of a file ${what} / AES-256-GCM`,
        figure: speed.median,
        atLeast: 0.7,
        unit: 'x',
      },
      {
        what: `MiB of memory that a file ${what} takes`,
        figure: mebibytes(bytesAboveStart),
        atMost: 64,
        unit: '',
      },
    ] as const;
  return {
    table: filesTable(costs),
    targets: [...target('sealed', costs.seal), ...target('opened', costs.open)],
  };
}

export async function records(open: Open, progress: Progress): Promise<Report> {
  const { stack } = await open();
  progress('sealing');
  const cost = await measureRecords(stack, rounds.records);
  progress('');
  const count = (what: string, figure: number, atMost: number) =>
    ({ what, figure, atMost, unit: '' }) as const;
  return {
    table: recordsTable(cost),
    targets: [
      count('requests that seal 1,000 records of 3 fields', cost.records.requests, 2),
      count('KMS calls of these', cost.records.kmsCalls, 1),
      count('bytes of a sealed field above its text', Math.ceil(cost.fieldBytes), 60),
      {
        what: 'CPU of a field in a record / as a message of the AWS Encryption SDK',
        figure: cost.cpu.ratio('sealed', 'record', 'sdk').median,
        atMost: 1,
        unit: 'x',
      },
    ],
  };
}
