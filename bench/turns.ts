/** Steps that take turns, in a process of their own, so that only its CPU time is measured. */
import { rotated } from './samples.ts';

export type Step = () => unknown;
export type Group = Readonly<Record<string, Step>>;

/** Calls of each step before the first that counts, until the compiler is done; large ones get there sooner. */
const warmUp = { calls: 800, cpuMs: 3000 };
/** of a step in a round: short, so that the steps of a round meet the same machine */
const turnMs = 8;
const fewestCalls = 2;

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

/** @returns of each step the CPU time of a call, by round */
export async function inTurns(group: Group, rounds: number): Promise<Record<string, number[]>> {
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
