/** The tables that the bench prints. Ratios first; milliseconds are this machine's, for information. */
import type { EncryptCost } from './encrypt.ts';
import type { Load } from './load.ts';
import type { Summary } from './samples.ts';
import { table } from './table.ts';

const milliseconds = (duration: number) => `${duration.toFixed(2)} ms`;
const middleHalf = ({ lowerQuartile, upperQuartile }: Summary) =>
  `${lowerQuartile.toFixed(2)}-${upperQuartile.toFixed(2)}`;
const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(0)} kB`;
export const times = (ratio: number) => `${ratio.toFixed(2)}x`;

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

/** The handler, what it is measured against, and where its time goes. */
export function encryptTable({ steps, ratio, ratioWithoutRow }: EncryptCost): string {
  const { handler, bare, row, dataKey } = steps;
  const part = (name: string, cost: number) => [
    name,
    times(cost / bare.median),
    '',
    milliseconds(cost),
  ];
  return table([
    ['encrypt of 1 kB', 'CPU', 'middle half', 'CPU time'],
    ['bare Encryption SDK', times(1), '', milliseconds(bare.median)],
    ['handler', times(ratio.median), middleHalf(ratio), milliseconds(handler.median)],
    [
      'handler without the row',
      times(ratioWithoutRow.median),
      middleHalf(ratioWithoutRow),
      milliseconds(handler.median - row.median),
    ],
    ['of the handler:', '', '', ''],
    part('  read of the row', row.median),
    part('  call of KMS', dataKey.median),
    part('  Encryption SDK', bare.median - dataKey.median),
    part('  all else', handler.median - row.median - bare.median),
  ]);
}
