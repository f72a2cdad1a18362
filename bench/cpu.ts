/**
 * What each operation costs in CPU through the handler, against what it cannot do without. The AWS endpoint
 * is served by this process; the handler and its references run in another, whose CPU alone is counted.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { bundle } from '../lib/functions/bundle.ts';
import { type Summary, summarize } from './samples.ts';
import { type BenchStack, defaultLimits } from './stack.ts';

export interface CpuOptions {
  /** in each of which every step of a group has its turn */
  readonly rounds: number;
  readonly onGroup: (name: string, at: number, of: number) => void;
}

/** milliseconds of CPU of one call, by group, step and round */
export type Samples = Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;

/** What the measuring process says: a group has begun, or all of its samples. */
export type Message =
  | { readonly group: string; readonly at: number; readonly of: number }
  | { readonly samples: Samples };

/** What it is told by its environment, besides what Lambda and the stack tell the function. */
export interface ProcessVariables {
  readonly TENANT_ID: string;
  readonly TOKEN: string;
  /** JSON of a session of the tenant role, for what the handler is measured against */
  readonly SESSION: string;
  readonly KEY_ARN: string;
  readonly CRYPTO_BUNDLE: string;
  /** the same in another folder: a module that reads its environment once more, with all that it loads */
  readonly COLD_CRYPTO_BUNDLE: string;
  readonly REFERENCE_BUNDLE: string;
  readonly PIECES_BUNDLE: string;
  readonly ROUNDS: string;
}

/** The CPU times of all steps, and ratios of those that were measured side by side. */
export class CpuCosts {
  readonly #samples: Samples;

  constructor(samples: Samples) {
    this.#samples = samples;
  }

  /** @returns milliseconds of one call */
  cost(group: string, step: string): Summary {
    return summarize(this.#of(group, step));
  }

  /** Of each round by itself: what disturbs one step of a round disturbs the other. */
  ratio(group: string, step: string, against: string): Summary {
    const reference = this.#of(group, against);
    return summarize(this.#of(group, step).map((cost, at) => cost / (reference[at] as number)));
  }

  #of(group: string, step: string): readonly number[] {
    const samples = this.#samples[group]?.[step];
    if (samples === undefined) throw new Error(`${step} of ${group} was not measured`);
    return samples;
  }
}

/** @throws Error where a step fails */
export async function measureCpu(stack: BenchStack, options: CpuOptions): Promise<CpuCosts> {
  const names = ['crypto', 'crypto', 'reference', 'pieces'] as const;
  const folders = names.map((name) => bundle(name, name === 'crypto' ? 'lambdas' : 'bench'));
  const [crypto, coldCrypto, reference, pieces] = names.map(
    (name, at) => `${folders[at]}/${name}.mjs`,
  );
  try {
    const { tenantId, keyArn, token } = await stack.onboard('cpu');
    const samples = await measure(options, {
      ...(await stack.functionVariables()),
      ...defaultLimits,
      TENANT_ID: tenantId,
      TOKEN: token,
      SESSION: JSON.stringify(stack.sessionOf(tenantId)),
      KEY_ARN: keyArn,
      CRYPTO_BUNDLE: crypto as string,
      COLD_CRYPTO_BUNDLE: coldCrypto as string,
      REFERENCE_BUNDLE: reference as string,
      PIECES_BUNDLE: pieces as string,
      ROUNDS: String(options.rounds),
    } satisfies ProcessVariables & Record<string, string>);
    return new CpuCosts(samples);
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true });
  }
}

/** Its log lines are written, which costs it what it costs in Lambda, and read by nobody. */
async function measure({ onGroup }: CpuOptions, env: Record<string, string>): Promise<Samples> {
  const child = fork(new URL('cpu-process.ts', import.meta.url), {
    env,
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  let samples: Samples | undefined;
  child.on('message', (message: Message) => {
    if ('group' in message) onGroup(message.group, message.at, message.of);
    else samples = message.samples;
  });
  const [code] = await once(child, 'close');
  if (samples === undefined) throw new Error(`the measuring process ended with code ${code}`);
  return samples;
}
