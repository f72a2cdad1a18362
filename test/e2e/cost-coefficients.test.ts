/**
 * Counts what operate/cost/coefficients.json says. Calls and rows are to be as they are there, bytes within a tenth: ids
 * and numbers have not always the same length.
 */
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  type Coefficients,
  coefficientsFile,
  readCoefficients,
} from '../../operate/cost/coefficients.ts';
import { type CostCounter, openCostCounter } from './cost-counter.ts';
import { countCanaryDay, countReconciler, countTemplate } from './cost-counts.ts';

let counter: CostCounter;
beforeAll(async () => {
  counter = await openCostCounter();
});
afterAll(() => counter.close());

async function count(): Promise<Coefficients> {
  const requests = await counter.requests();
  return {
    ...requests,
    reconciler: { ...(await countReconciler()), eventBytes: await counter.reconcilerEventBytes() },
    canaryDay: await countCanaryDay(),
    ...(await counter.rows()),
    template: { ...(await countTemplate()), ...(await counter.metrics()) },
  };
}

/** @returns each number by its path */
const numbersOf = (value: object, path = ''): [string, number][] =>
  Object.entries(value).flatMap(([name, inner]) =>
    typeof inner === 'number'
      ? [[`${path}${name}`, inner] as [string, number]]
      : numbersOf(inner as object, `${path}${name}.`),
  );

test('the coefficients of `npm run cost` are what a local stack does', async () => {
  const counted = await count();
  if (process.env.WRITE_COEFFICIENTS !== undefined) {
    writeFileSync(coefficientsFile, `${JSON.stringify(counted, undefined, 2)}\n`);
  }
  const kept = new Map(numbersOf(readCoefficients()));
  const found = new Map(numbersOf(counted));
  expect([...found.keys()]).toEqual([...kept.keys()]);
  const drifted = [...found].filter(([path, now]) => {
    const then = kept.get(path) as number;
    return path.endsWith('Bytes') ? Math.abs(now - then) > then / 10 : now !== then;
  });
  expect(drifted.map(([path, now]) => `${path}: ${kept.get(path)} is ${now} now`)).toEqual([]);
}, 240_000);
