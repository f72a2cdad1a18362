/** The tables that the bench prints. Ratios first; milliseconds are this machine's, for information. */
import { type BatchCost, parallelConnections } from './batch.ts';
import type { Calls } from './calls.ts';
import type { FileCost, FileWork } from './files.ts';
import { type HttpRate, httpConnections } from './http.ts';
import type { IndexerCost } from './indexer.ts';
import type { Load } from './load.ts';
import type { RecordsCost, RecordsRow } from './records.ts';
import type { Summary } from './samples.ts';
import type { StoresBundle, StoresCost } from './stores.ts';
import { table } from './table.ts';

export const milliseconds = (duration: number) => `${duration.toFixed(2)} ms`;
export const middleHalf = ({ lowerQuartile, upperQuartile }: Summary) =>
  `${lowerQuartile.toFixed(2)}-${upperQuartile.toFixed(2)}`;
export const times = (ratio: number) => `${ratio.toFixed(2)}x`;
const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(0)} kB`;

export const loadRatio = (load: Load, baseline: Load): number =>
  load.wall.median / baseline.wall.median;

export function loadTable(loads: readonly Load[], baseline: Load): string {
  const head = ['bundle', 'load', 'CPU', 'size', 'load time', 'middle half', 'CPU time', 'bytes'];
  const rows = loads.map((load) => [
    load.name,
    times(loadRatio(load, baseline)),
    times(load.cpu.median / baseline.cpu.median),
    times(load.bytes / baseline.bytes),
    milliseconds(load.wall.median),
    middleHalf(load.wall),
    milliseconds(load.cpu.median),
    kilobytes(load.bytes),
  ]);
  return table([[...head, 'gzipped'], ...rows.map((row, i) => [...row, gzipped(loads[i])])]);
}

const gzipped = (load: Load | undefined) => kilobytes(load?.gzippedBytes ?? 0);

export function storesTable({ loads, encrypt }: StoresCost, alone: Load): string {
  const row = (name: StoresBundle, ratio: string, spread: string) => [
    name,
    ratio,
    spread,
    milliseconds(encrypt.cpu[name].median),
  ];
  const onDemand = loads.map((load) => [load.name, kilobytes(load.onDemandBytes)]);
  return [
    loadTable(loads, alone),
    table([['beside it, loaded on demand', 'bytes'], ...onDemand]),
    table([
      ['warm encrypt of 1 kB', 'CPU', 'middle half', 'CPU time'],
      row('crypto, AWS KMS alone', times(1), ''),
      row('crypto', times(encrypt.ratio.median), middleHalf(encrypt.ratio)),
    ]),
  ].join('\n\n');
}

export function callsTable({ rows }: Calls): string {
  return table([
    ['calls of AWS by 1,000 requests', 'KMS', 'session broker', 'STS', 'DynamoDB'],
    ...rows.map(({ what, counts: { kms, lambda, sts, dynamodb } }) => [
      what,
      `${kms}`,
      `${lambda}`,
      `${sts}`,
      `${dynamodb}`,
    ]),
  ]);
}

export function batchTable(cost: BatchCost): string {
  const { batchSeconds, parallelSeconds, sequentialSeconds } = cost;
  const row = (name: string, ratio: Summary, seconds: Summary) => [
    name,
    times(ratio.median),
    middleHalf(ratio),
    milliseconds(seconds.median * 1000),
  ];
  return table([
    ['encrypt of 1,000 items of 100 B', 'batch is faster', 'middle half', 'time'],
    ['one batch', '', '', milliseconds(batchSeconds.median * 1000)],
    row('1,000 requests, 1 connection', cost.againstSequential, sequentialSeconds),
    row(
      `1,000 requests, ${parallelConnections} connections`,
      cost.againstParallel,
      parallelSeconds,
    ),
  ]);
}

export function httpTable(rate: HttpRate): string {
  const perSecond = ({ median }: Summary) => `${median.toFixed(0)}/s`;
  return table([
    [`HTTP, ${httpConnections} connections`, 'ratio', 'middle half', 'rate'],
    ['GenerateDataKey, AWS client to KMS', times(1), '', perSecond(rate.dataKeysPerSecond)],
    [
      'encrypt of 1 kB, whole stack',
      times(rate.ratio.median),
      middleHalf(rate.ratio),
      perSecond(rate.encryptsPerSecond),
    ],
    ['refused by throttling, sent again', `${rate.refusals}`, '', ''],
  ]);
}

export function indexerTable(cost: IndexerCost): string {
  const { ratio, eventsPerCpuSecond, rowsPerCall, events } = cost;
  return table([
    [
      `indexer, ${events.toLocaleString('en')} events of KMS`,
      'ratio',
      'middle half',
      'of one core',
    ],
    ['the AWS client writes the rows', times(1), '', ''],
    [
      'the indexer, from log lines',
      times(ratio.median),
      middleHalf(ratio),
      `${eventsPerCpuSecond.median.toFixed(0)} events/s`,
    ],
    ['rows in one call of DynamoDB', `${rowsPerCall}`, '', ''],
  ]);
}

export function filesTable(costs: Readonly<Record<FileWork, FileCost>>): string {
  const row = (name: string, { speed, cpu, bytesPerSecond, bytesAboveStart }: FileCost) => [
    name,
    times(speed.median),
    middleHalf(speed),
    times(cpu.median),
    `${(bytesPerSecond.median / 1e6).toFixed(0)} MB/s`,
    `${mebibytes(bytesAboveStart)} MiB`,
  ];
  return table([
    ['a file of 256 MiB', 'speed', 'middle half', 'CPU', '', 'memory above the start'],
    row('AES-256-GCM of node:crypto', costs.raw),
    row('the same, not flushed', costs.unflushed),
    row('sealed', costs.seal),
    row('opened', costs.open),
  ]);
}

/** The CPU of a field against that of a message of it, as the API makes one. */
export function recordsTable({ records, messages, cpu, fields }: RecordsCost): string {
  const ratio = (group: string, step: string) => times(cpu.ratio(group, step, 'message').median);
  const row = (what: string, step: string, counts?: RecordsRow) => [
    what,
    `${counts?.requests ?? ''}`,
    `${counts?.kmsCalls ?? ''}`,
    counts?.bytes.toFixed(0) ?? '',
    ratio('sealed', step),
    ratio('opened', step),
    milliseconds(cpu.cost('sealed', step).median / fields),
  ];
  return table([
    [
      '1,000 records of 3 fields',
      'requests',
      'KMS',
      'bytes',
      'CPU sealed',
      'opened',
      'CPU a field',
    ],
    row(messages.what, 'message', messages),
    row(records.what, 'record', records),
    row('a message a field, AWS Encryption SDK', 'sdk'),
  ]);
}

export const mebibytes = (bytes: number): number => Math.ceil(bytes / 1_048_576);
