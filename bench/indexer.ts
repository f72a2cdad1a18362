/**
 * What the indexer costs: CPU for each event, against the AWS client that does nothing but write the same rows; and
 * how many rows go into one call of DynamoDB.
 */
import { rmSync } from 'node:fs';
import { bundle } from '../lib/functions/bundle.ts';
import { measuredBy } from './measuring-process.ts';
import { type Summary, summarize } from './samples.ts';
import type { BenchStack } from './stack.ts';

export interface IndexerCost {
  /** CPU of the function / CPU of the client alone */
  readonly ratio: Summary;
  readonly eventsPerCpuSecond: Summary;
  readonly rowsPerCall: number;
  readonly events: number;
}

/** What the process is told besides what Lambda tells the function. */
export interface IndexerVariables {
  readonly INDEXER_BUNDLE: string;
  readonly KEY_ARNS: string;
  readonly EVENTS: string;
  readonly ROUNDS: string;
}

/** CPU milliseconds of one round. */
export interface IndexerRound {
  readonly indexer: number;
  readonly client: number;
}

export interface IndexerResult {
  readonly rounds: readonly IndexerRound[];
  readonly rows: number;
  readonly tableCalls: number;
}

const tenants = 20;
const events = 5000;

export async function measureIndexer(stack: BenchStack, rounds: number): Promise<IndexerCost> {
  const keyArns: string[] = [];
  for (let at = 0; at < tenants; at += 1) {
    keyArns.push((await stack.onboard(`indexed-${at}`)).keyArn);
  }
  const folder = bundle('indexer');
  try {
    const env = {
      ...(await stack.indexerVariables()),
      INDEXER_BUNDLE: `${folder}/indexer.mjs`,
      KEY_ARNS: keyArns.join(' '),
      EVENTS: String(events),
      ROUNDS: String(rounds),
    } satisfies IndexerVariables & Record<string, string>;
    const result = await measuredBy<IndexerResult>('indexer-process.ts', env);
    const { rows, tableCalls } = result;
    return {
      ratio: summarize(result.rounds.map(({ indexer, client }) => indexer / client)),
      eventsPerCpuSecond: summarize(result.rounds.map(({ indexer }) => events / (indexer / 1000))),
      rowsPerCall: rows / tableCalls,
      events,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
