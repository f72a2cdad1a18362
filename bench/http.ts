/** Requests a second through the whole local stack, against an AWS client that calls the same KMS itself. */
import type { Caller } from './caller.ts';
import { type Summary, summarize } from './samples.ts';
import type { BenchStack } from './stack.ts';

export interface HttpRate {
  readonly encryptsPerSecond: Summary;
  readonly dataKeysPerSecond: Summary;
  /** of each round by itself */
  readonly ratio: Summary;
  /** by API Gateway's throttling, in all rounds */
  readonly refusals: number;
}

export const httpConnections = 50;
const requests = 1000;

export async function measureHttp(
  stack: BenchStack,
  caller: Caller,
  { rounds, onRound }: { readonly rounds: number; readonly onRound: (round: number) => void },
): Promise<HttpRate> {
  const tenant = await stack.onboard('http');
  const plaintext = Buffer.alloc(1000, 'tenant-keys ').toString('base64');
  const bodies = Array.from({ length: requests }, () => ({ plaintext }));
  const encrypt = () => caller.post(tenant, 'encrypt', bodies, httpConnections);
  const dataKeys = () => caller.generateDataKeys(tenant, requests, httpConnections);
  await encrypt();
  await dataKeys();
  const encrypts: number[] = [];
  const direct: number[] = [];
  let refusals = 0;
  for (let round = 0; round < rounds; round += 1) {
    onRound(round);
    const result = await encrypt();
    refusals += result.refusals;
    encrypts.push(requests / result.seconds);
    direct.push(requests / (await dataKeys()).seconds);
  }
  return {
    encryptsPerSecond: summarize(encrypts),
    dataKeysPerSecond: summarize(direct),
    ratio: summarize(encrypts.map((rate, round) => rate / (direct[round] as number))),
    refusals,
  };
}
