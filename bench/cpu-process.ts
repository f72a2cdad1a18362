/** Runs in a process of its own, so that only its CPU time is measured. */
import { pathToFileURL } from 'node:url';
import type { ApiHandler } from '../lambdas/http/api-handler.ts';
import type { Message, ProcessVariables } from './cpu.ts';
import { type Group, openGroups, type Step } from './cpu-steps.ts';
import type * as pieces from './pieces.ts';
import type * as reference from './reference.ts';
import { rotated } from './samples.ts';

/** Calls of each step before the first that counts, until the compiler is done; large ones get there sooner. */
const warmUp = { calls: 800, cpuMs: 3000 };
/** of a step in a round: short, so that the steps of a round meet the same machine */
const turnMs = 8;
const fewestCalls = 2;

const variables = process.env as unknown as ProcessVariables;

const load = async <T>(file: string): Promise<T> => import(pathToFileURL(file).href);

async function open(): Promise<Record<string, Group>> {
  const { TENANT_ID: tenantId, TOKEN: token, KEY_ARN: keyArn, CRYPTO_BUNDLE } = variables;
  const { openReference, encryptRaw, decryptRaw } = await load<typeof reference>(
    variables.REFERENCE_BUNDLE,
  );
  const { openPieces } = await load<typeof pieces>(variables.PIECES_BUNDLE);
  const warmPieces = openPieces({ tenantId, token });
  const { handler } = await load<{ handler: ApiHandler }>(CRYPTO_BUNDLE);
  // The same module once more, which reads its environment as it loads.
  const limits = Object.keys(process.env).filter((name) => /^(REGISTRY|DATA_KEY)_/.test(name));
  for (const name of limits) process.env[name] = '0';
  const { handler: coldHandler } = await import(`${pathToFileURL(CRYPTO_BUNDLE).href}?cold`);
  return openGroups({
    tenant: { tenantId, token },
    handler,
    coldHandler,
    reference: openReference({
      tenantId,
      session: JSON.parse(variables.SESSION),
      tableName: process.env.TABLE_NAME ?? '',
      keyArn,
    }),
    encryptRaw,
    decryptRaw,
    pieces: warmPieces,
  });
}

/** @returns milliseconds of CPU of one call, of all threads of the process: the compiler's and the collector's too */
async function cost(step: Step, calls: number): Promise<number> {
  const before = process.cpuUsage();
  for (let call = 0; call < calls; call += 1) await step();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / calls;
}

/** @returns the calls that make a turn */
async function warmedUp(step: Step): Promise<number> {
  let spent = 0;
  for (let call = 0; call < warmUp.calls && spent < warmUp.cpuMs; call += 1) {
    spent += await cost(step, 1);
  }
  const each = await cost(step, 5);
  return Math.min(1000, Math.max(fewestCalls, Math.round(turnMs / Math.max(each, 0.001))));
}

async function measure(group: Group, rounds: number): Promise<Record<string, number[]>> {
  const turns: { name: string; step: Step; calls: number; samples: number[] }[] = [];
  for (const [name, step] of Object.entries(group)) {
    turns.push({ name, step, calls: await warmedUp(step), samples: [] });
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const { step, calls, samples } of rotated(turns, round)) {
      samples.push(await cost(step, calls));
    }
  }
  return Object.fromEntries(turns.map(({ name, samples }) => [name, samples]));
}

const send = (message: Message) =>
  new Promise<void>((resolve) => process.send?.(message, () => resolve()));

const groups = Object.entries(await open());
const samples: Record<string, Record<string, number[]>> = {};
for (const [at, [name, group]] of groups.entries()) {
  await send({ group: name, at, of: groups.length });
  samples[name] = await measure(group, Number(variables.ROUNDS));
}
await send({ samples });
process.exit();
