/** The parts of the bench: what each measures, its table, and what it is held to. */
import { measureBatch } from './batch.ts';
import { countCalls } from './calls.ts';
import { files, records } from './client-parts.ts';
import { measureCpu } from './cpu.ts';
import { cpuTables } from './cpu-report.ts';
import { measureHttp } from './http.ts';
import { measureIndexer } from './indexer.ts';
import { bundles, type Load, measureLoad } from './load.ts';
import { inRounds, type Open, type Progress, type Report, rounds } from './part.ts';
import {
  batchTable,
  callsTable,
  httpTable,
  indexerTable,
  loadRatio,
  loadTable,
  storesTable,
} from './report.ts';
import { measureStores } from './stores.ts';

export type PartName =
  | 'load'
  | 'stores'
  | 'cpu'
  | 'calls'
  | 'batch'
  | 'http'
  | 'indexer'
  | 'files'
  | 'records';

export const measurements: Readonly<
  Record<PartName, (open: Open, progress: Progress) => Promise<Report>>
> = { load, stores, cpu, calls, batch, http, indexer, files, records };

async function load(_: Open, progress: Progress): Promise<Report> {
  const loads = await measureLoad(bundles, inRounds('load', progress));
  progress('');
  const baseline = loadOf(loads, 'baseline');
  const figure = loadRatio(loadOf(loads, 'crypto'), baseline);
  return {
    table: loadTable(loads, baseline),
    targets: [{ what: 'load of the crypto bundle / baseline', figure, atMost: 1.4, unit: 'x' }],
  };
}

async function stores(open: Open, progress: Progress): Promise<Report> {
  const opened = async () => (await open()).stack;
  const cost = await measureStores(opened, inRounds('stores', progress));
  progress('');
  const alone = loadOf(cost.loads, 'crypto, AWS KMS alone');
  const crypto = loadOf(cost.loads, 'crypto');
  const target = (what: string, figure: number) =>
    ({
      what: `${what}, with other key stores / without`,
      figure,
      atMost: 1.05,
      unit: 'x',
    }) as const;
  return {
    table: storesTable(cost, alone),
    targets: [
      target('bytes that the crypto function loads', crypto.bytes / alone.bytes),
      target('CPU of loading them', crypto.cpu.median / alone.cpu.median),
      target('CPU of a warm encrypt, 1 kB in JSON', cost.encrypt.ratio.median),
    ],
  };
}

function loadOf<Name extends string>(loads: readonly Load<Name>[], name: Name): Load<Name> {
  const found = loads.find((each) => each.name === name);
  if (found === undefined) throw new Error(`${name} was not measured`);
  return found;
}

async function cpu(open: Open, progress: Progress): Promise<Report> {
  const { stack } = await open();
  const costs = await measureCpu(stack, {
    rounds: rounds.cpu,
    onGroup: (name, at, of) => progress(`${name}, ${at + 1} of ${of}`),
  });
  progress('');
  const target = (what: string, ratio: readonly [string, string, string], atMost: number) =>
    ({ what, figure: costs.ratio(...ratio).median, atMost, unit: 'x' }) as const;
  return {
    table: cpuTables(costs),
    targets: [
      target('CPU of encrypt, 1 kB in JSON / SDK', ['encrypt 1000', 'json', 'sdk'], 1.3),
      target(
        'CPU of a message of 1 MB / AES-256-GCM',
        ['encrypt 1000000', 'message', 'cipher'],
        1.5,
      ),
      target('CPU of encrypt, 1 kB, caches off / SDK', ['cold', 'handler', 'sdk'], 2),
    ],
  };
}

async function calls(open: Open, progress: Progress): Promise<Report> {
  const { stack, caller } = await open();
  progress('counting');
  const counted = await countCalls(stack, caller);
  progress('');
  const { encrypts, coldDecrypts } = counted;
  const target = (what: string, figure: number, atMost: number) =>
    ({ what, figure, atMost, unit: '' }) as const;
  return {
    table: callsTable(counted),
    targets: [
      target('KMS calls of 1,000 encrypts', encrypts.kms, 1),
      target('session broker calls of 1,000 encrypts', encrypts.lambda, 1),
      target('STS calls of 1,000 encrypts', encrypts.sts, 1),
      target('DynamoDB reads of 1,000 encrypts', encrypts.dynamodb, 2),
      target('KMS calls of 3,000 concurrent cold decrypts', coldDecrypts.kms, 1),
      target('session broker calls of 3,000 concurrent cold decrypts', coldDecrypts.lambda, 1),
      target('STS calls of 3,000 concurrent cold decrypts', coldDecrypts.sts, 1),
    ],
  };
}

async function batch(open: Open, progress: Progress): Promise<Report> {
  const { stack, caller } = await open();
  const cost = await measureBatch(stack, caller, inRounds('batch', progress));
  progress('');
  const { counts, againstSequential } = cost;
  return {
    table: batchTable(cost),
    targets: [
      { what: 'KMS calls of a batch of 1,000', figure: counts.kms, atMost: 1, unit: '' },
      {
        what: '1,000 requests, one after the other / a batch',
        figure: againstSequential.median,
        atLeast: 20,
        unit: 'x',
      },
    ],
  };
}

async function http(open: Open, progress: Progress): Promise<Report> {
  const { stack, caller } = await open();
  const rate = await measureHttp(stack, caller, inRounds('http', progress));
  progress('');
  return { table: httpTable(rate), targets: [] };
}

async function indexer(open: Open, progress: Progress): Promise<Report> {
  const { stack } = await open();
  progress('writing events');
  const cost = await measureIndexer(stack, rounds.indexer);
  progress('');
  const { ratio, rowsPerCall } = cost;
  return {
    table: indexerTable(cost),
    targets: [
      {
        what: 'CPU of the indexer / of the client that writes the rows',
        figure: ratio.median,
        atMost: 3,
        unit: 'x',
      },
      { what: 'rows written by one call of DynamoDB', figure: rowsPerCall, atLeast: 25, unit: '' },
    ],
  };
}
