/** The tables of what operations cost in CPU. Ratios first; milliseconds are this machine's, for information. */
import type { CpuCosts } from './cpu.ts';
import { sizes } from './cpu-steps.ts';
import { middleHalf, milliseconds, times } from './report.ts';
import { table } from './table.ts';

export function cpuTables(costs: CpuCosts): string {
  return [sizesTable(costs), kmsTable(costs), warmTable(costs), coldTable(costs)].join('\n\n');
}

/** @returns the handler's cost in either form, and what of it is Lambda's own base64, against the references */
function sizesTable(costs: CpuCosts): string {
  const head = [
    'CPU by size',
    'JSON/SDK',
    'raw/SDK',
    'raw/AES',
    'message/AES',
    'SDK/AES',
    'base64/AES',
    'JSON/raw',
  ];
  const rows = ['encrypt', 'decrypt', 'reencrypt'].flatMap((operation) =>
    sizes.map((size) => {
      const group = `${operation} ${size}`;
      const ratio = (step: string, against: string) =>
        times(costs.ratio(group, step, against).median);
      return [
        `${operation} ${sizeName(size)}`,
        ratio('json', 'sdk'),
        ratio('raw', 'sdk'),
        ratio('raw', 'cipher'),
        operation === 'encrypt' ? ratio('message', 'cipher') : '',
        ratio('sdk', 'cipher'),
        ratio('base64', 'cipher'),
        ratio('json', 'raw'),
        milliseconds(costs.cost(group, 'raw').median),
      ];
    }),
  );
  return table([[...head, 'raw'], ...rows]);
}

function sizeName(size: number): string {
  if (size < 1000) return `${size} B`;
  return size < 1_000_000 ? `${size / 1000} kB` : `${size / 1_000_000} MB`;
}

function kmsTable(costs: CpuCosts): string {
  const groups = ['encrypt, direct', 'decrypt, direct', 'data-keys', 'data-keys/decrypt'];
  return table([
    ['one call of KMS in it', 'against that call', 'middle half', 'CPU time'],
    ...groups.map((group) => {
      const ratio = costs.ratio(group, 'json', 'kms');
      const cost = costs.cost(group, 'json');
      return [group, times(ratio.median), middleHalf(ratio), milliseconds(cost.median)];
    }),
  ]);
}

/** The message has the tenant in it: row, session and keyring come with the key. */
function warmTable(costs: CpuCosts): string {
  const pieces = [
    ['onion: headers, log line', 'onion'],
    ['JSON, base64, validation', 'body'],
    ['message, with the tenant', 'message'],
  ] as const;
  const rows = [...pieces, ['  of it the tenant: token, row, session', 'tenant'] as const];
  return takenApart('encrypt of 1 kB, caches warm', costs, 'warm', [
    ...rows.map(([name, step]) => pieceRow(costs, 'warm', name, step)),
    restRow(costs, 'warm', ['onion', 'body', 'message']),
  ]);
}

function coldTable(costs: CpuCosts): string {
  return takenApart('encrypt of 1 kB, caches off', costs, 'cold', [
    pieceRow(costs, 'cold', 'read of the row', 'row'),
    pieceRow(costs, 'cold', 'call of KMS, as in the SDK', 'kms'),
    restRow(costs, 'cold', ['row', 'kms']),
  ]);
}

function takenApart(title: string, costs: CpuCosts, group: string, pieces: string[][]): string {
  const handler = costs.ratio(group, 'handler', 'sdk');
  return table([
    [title, 'against SDK', 'middle half', 'CPU time'],
    ['bare Encryption SDK', times(1), '', milliseconds(costs.cost(group, 'sdk').median)],
    [
      'handler',
      times(handler.median),
      middleHalf(handler),
      milliseconds(costs.cost(group, 'handler').median),
    ],
    ...pieces,
  ]);
}

const pieceRow = (costs: CpuCosts, group: string, name: string, step: string) => [
  `  ${name}`,
  times(costs.ratio(group, step, 'sdk').median),
  '',
  milliseconds(costs.cost(group, step).median),
];

function restRow(costs: CpuCosts, group: string, pieces: readonly string[]): string[] {
  const less = (what: (step: string) => number) =>
    pieces.reduce((rest, step) => rest - what(step), what('handler'));
  const ratio = less((step) => costs.ratio(group, step, 'sdk').median);
  const cost = less((step) => costs.cost(group, step).median);
  return ['  all else', times(ratio), '', milliseconds(cost)];
}
