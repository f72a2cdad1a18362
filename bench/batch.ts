/** A batch of 1,000 items against the same as requests of their own. */
import type { Caller } from './caller.ts';
import { type Summary, summarize } from './samples.ts';
import type { BenchStack, BenchTenant, CallCounts } from './stack.ts';

export interface BatchCost {
  /** of one batch, with a context that the function has not seen */
  readonly counts: CallCounts;
  readonly batchSeconds: Summary;
  /** seconds of 1,000 requests, one after the other on one connection */
  readonly sequentialSeconds: Summary;
  /** seconds of 1,000 requests on 50 connections */
  readonly parallelSeconds: Summary;
  /** how many times faster the batch is, of each round by itself */
  readonly againstSequential: Summary;
  readonly againstParallel: Summary;
}

export const parallelConnections = 50;
const items = 1000;
/** Until the compiler is done with what an item takes; a thousand requests do as much for themselves. */
const warmUpBatches = 30;

export async function measureBatch(
  stack: BenchStack,
  caller: Caller,
  { rounds, onRound }: { readonly rounds: number; readonly onRound: (round: number) => void },
): Promise<BatchCost> {
  const tenant = await stack.onboard('batch');
  const plaintext = Buffer.alloc(100, 'tenant-keys ').toString('base64');
  const singles = Array.from({ length: items }, () => ({ plaintext }));
  const post = async (connections: number) =>
    (await caller.post(tenant, 'encrypt', singles, connections)).seconds;

  for (let at = 0; at < warmUpBatches; at += 1) await batch(caller, tenant, plaintext);
  await post(parallelConnections);
  const { counts } = await stack.counted(() =>
    batch(caller, tenant, plaintext, { note: 'not seen before' }),
  );
  const seconds = { batch: [] as number[], sequential: [] as number[], parallel: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    onRound(round);
    seconds.batch.push(await batch(caller, tenant, plaintext));
    seconds.sequential.push(await post(1));
    seconds.parallel.push(await post(parallelConnections));
  }
  const timesFaster = (single: readonly number[]) =>
    summarize(single.map((each, round) => each / (seconds.batch[round] as number)));
  return {
    counts,
    batchSeconds: summarize(seconds.batch),
    sequentialSeconds: summarize(seconds.sequential),
    parallelSeconds: summarize(seconds.parallel),
    againstSequential: timesFaster(seconds.sequential),
    againstParallel: timesFaster(seconds.parallel),
  };
}

/** @returns seconds */
async function batch(
  caller: Caller,
  tenant: BenchTenant,
  plaintext: string,
  encryptionContext?: Readonly<Record<string, string>>,
): Promise<number> {
  const item = { plaintext, ...(encryptionContext && { encryptionContext }) };
  const body = { items: Array.from({ length: items }, () => item) };
  const { seconds, answers } = await caller.post(tenant, 'encrypt-batch', [body], 1);
  const results: { ciphertext?: string }[] = JSON.parse(answers[0] as string).items;
  if (results.length !== items || results.some(({ ciphertext }) => ciphertext === undefined)) {
    throw new Error('an item of the batch has no result');
  }
  return seconds;
}
