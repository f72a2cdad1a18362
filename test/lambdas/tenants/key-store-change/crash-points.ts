/**
 * A step of a change of the key store, cut off before and after each of its calls. At every point all that was ever encrypted
 * opens, until the end of its key was asked for; and then it must converge.
 */
import type { TenantRow } from '../../../../lambdas/tenants/registry/tenant-row.ts';
import { crashAt } from '../crash.ts';
import type { MovingStore } from './moving-store.ts';
import { type Sample, sampleOf, unopened } from './samples.ts';
import { stateOf } from './state.ts';
import { type Step, settle } from './steps.ts';

const sides = ['before', 'after'] as const;
type Point = readonly [side: (typeof sides)[number], call: number];

export interface CrashMatrix {
  readonly calls: number;
  readonly points: number;
  readonly wrong: readonly string[];
}

/** One that each key of the tenant has made while it was the one that encrypts. */
export async function prepare(
  store: MovingStore,
  { begin, before }: Step,
  tenantId: string,
): Promise<Sample[]> {
  const { tenants, keyStore } = store;
  await tenants.onboard(tenantId, undefined, begin === 'kms' ? 'aws-kms' : keyStore);
  const samples = [await sampleOf(store, tenantId)];
  for (const step of before) {
    await step(store, tenantId);
    const { status } = (await tenants.row(tenantId)) as TenantRow;
    if (step === settle && status === 'ACTIVE') samples.push(await sampleOf(store, tenantId));
  }
  return samples;
}

async function wholeOf(store: MovingStore, step: Step, tenantId: string) {
  await prepare(store, step, tenantId);
  const from = await stateOf(store, tenantId);
  const fault = crashAt(Number.POSITIVE_INFINITY, 'after');
  await step.run(store, tenantId, fault);
  return { calls: fault.calls, from };
}

const pointsOf = (calls: number): Point[] =>
  Array.from({ length: calls }, (_, at) => at + 1).flatMap((call) =>
    sides.map((side) => [side, call] as const),
  );

/** One run ends a change, the next what became of its key. */
export async function reconciled(
  { tenants }: MovingStore,
  tenantId: string,
  days = 0,
): Promise<void> {
  for (let run = 0; run < 2; run += 1) await tenants.reconcile(tenantId, { days });
}

type End = 'retry' | 'reconciler';
const bothEnds = (): readonly End[] => ['retry', 'reconciler'];
/** A quarter: before a call all is as it was after the one before, and the ends take turns. */
export const oneEnd = ([side, call]: Point): readonly End[] =>
  side === 'before' && call > 1 ? [] : [call % 2 === 0 ? 'retry' : 'reconciler'];

/** @param endsOf a point: the caller asks again, or the reconciler comes */
export async function crashMatrix(
  store: MovingStore,
  step: Step,
  endsOf: (point: Point) => readonly End[] = bothEnds,
): Promise<CrashMatrix> {
  const { name } = step;
  const { calls, from } = await wholeOf(store, step, `${name}-whole`);
  const { after, orElse = after } = step;
  const ends = [after, orElse].map((state) => state.replaceAll('other', store.keyStore));
  const wrong: string[] = [];
  const check = (at: string, state: string, legal: readonly string[], closed: string[]) => {
    if (!legal.includes(state)) wrong.push(`${at}: ${state}`);
    wrong.push(...closed.map((one) => `${at} does not open ${one}`));
  };
  check(`${name}-whole`, await stateOf(store, `${name}-whole`), ends, []);
  let points = 0;
  for (const [side, call] of pointsOf(calls)) {
    for (const by of endsOf([side, call])) {
      points += 1;
      const tenantId = `${name}-${side}-${call}-${by}`;
      const samples = await prepare(store, step, tenantId);
      await step.run(store, tenantId, crashAt(call, side)).catch(() => undefined);
      check(`${tenantId} at the crash`, '', [''], await unopened(store, tenantId, samples));
      await store.tenants.minutesPass(tenantId);
      await (by === 'retry' ? step.run(store, tenantId) : reconciled(store, tenantId, step.days));
      const legal = by === 'retry' ? ends : [from, ...ends];
      const state = await stateOf(store, tenantId);
      check(tenantId, state, legal, await unopened(store, tenantId, samples));
    }
  }
  return { calls, points, wrong };
}
