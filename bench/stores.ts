/**
 * What the other key stores cost those tenants whose keys are in AWS KMS: the crypto bundle against the same without what
 * it loads on demand, and a warm `encrypt` by either.
 */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { bundle, bundleWithoutOnDemand } from '../lib/functions/bundle.ts';
import { type Load, type LoadOptions, measureLoad } from './load.ts';
import { measuredBy } from './measuring-process.ts';
import { type Summary, summarize } from './samples.ts';
import { type BenchStack, defaultLimits } from './stack.ts';

export type StoresBundle = 'crypto, AWS KMS alone' | 'crypto';

export interface StoresCost {
  readonly loads: readonly Load<StoresBundle>[];
  readonly encrypt: {
    /** CPU with the other stores / without them */
    readonly ratio: Summary;
    /** milliseconds of CPU of one call */
    readonly cpu: Readonly<Record<StoresBundle, Summary>>;
  };
}

/** What the process is told besides what Lambda and the stack tell the function. */
export interface StoresVariables {
  readonly TENANT_ID: string;
  readonly TOKEN: string;
  /** JSON: the file of each bundle */
  readonly BUNDLES: string;
  readonly ROUNDS: string;
}

/** Milliseconds of CPU of one call, by bundle and round. */
export interface StoresResult {
  readonly samples: Readonly<Record<StoresBundle, readonly number[]>>;
}

const bundles: Readonly<Record<StoresBundle, () => string>> = {
  'crypto, AWS KMS alone': () => bundleWithoutOnDemand('crypto'),
  crypto: () => bundle('crypto'),
};
const names = Object.keys(bundles) as StoresBundle[];

/** The loading first, while nothing else runs on the machine. */
export async function measureStores(
  open: () => Promise<BenchStack>,
  options: LoadOptions,
): Promise<StoresCost> {
  const loads = await measureLoad(bundles, options);
  return { loads, encrypt: await measureEncrypt(await open(), options.rounds) };
}

async function measureEncrypt(stack: BenchStack, rounds: number): Promise<StoresCost['encrypt']> {
  const { tenantId, token } = await stack.onboard('stores');
  const folders = names.map((name) => bundles[name]());
  try {
    const files = folders.map((folder) => join(folder, 'crypto.mjs'));
    const { samples } = await measuredBy<StoresResult>('stores-process.ts', {
      ...(await stack.functionVariables()),
      ...defaultLimits,
      TENANT_ID: tenantId,
      TOKEN: token,
      BUNDLES: JSON.stringify(Object.fromEntries(names.map((name, at) => [name, files[at]]))),
      ROUNDS: String(rounds),
    } satisfies StoresVariables & Record<string, string>);
    const alone = samples['crypto, AWS KMS alone'];
    return {
      ratio: summarize(samples.crypto.map((cpu, round) => cpu / (alone[round] as number))),
      cpu: { 'crypto, AWS KMS alone': summarize(alone), crypto: summarize(samples.crypto) },
    };
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true });
  }
}
