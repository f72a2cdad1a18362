/**
 * `npm run test:mutants`: takes each guard that the isolation suite takes out, and asks the prover. A guard without
 * which something is allowed that was not has to leave a theorem refuted, by a request that succeeds on a local stack
 * of that template, or by one of the isolation suite; the others only close, which a solver proves. A stack with other key
 * stores is asked about what it has more. Exit code 1 where
 * one does neither, where a path is not tried, where the isolation suite sees a path opened that no theorem notices, or
 * where docs/security.md has other counts.
 */
import { readFileSync } from 'node:fs';
import { native } from '../../prove/solver/native.ts';
import { z3 } from '../../prove/solver/z3.ts';
import { type Evidence, gatherEvidence } from '../isolation/evidence.ts';
import type { Mutant } from '../isolation/mutants.ts';
import { noticedBy } from '../isolation/noticed.ts';
import { exceptions } from './exceptions.ts';
import { stackOf } from './mutant-stack.ts';
import { type MutatedStack, mutatedStacks } from './mutated-stack.ts';
import { onlyCloses } from './only-closes.ts';
import { type Refutation, refutationOf, scriptsOf } from './refutation.ts';

const failures: string[] = [];
const used = new Set<RegExp>();

/** @returns how the path was tried; nothing where it was not */
async function triedBy(
  mutant: Mutant,
  { replayed }: Refutation,
  evidence: readonly Evidence[],
): Promise<string | undefined> {
  if (replayed.outcome === 'confirmed') return `confirmed: ${replayed.why}`;
  const noticed = await noticedBy(mutant, evidence, 'opening');
  return noticed?.isOpening ? `the isolation suite: ${noticed.words}` : undefined;
}

function untried(name: string, { replayed: { outcome, why } }: Refutation): string {
  const exception = exceptions.find(({ guards }) => guards.test(name));
  if (exception === undefined) failures.push(`${name}: ${outcome}: ${why}`);
  else used.add(exception.guards);
  return `not tried: ${exception?.reason ?? why}`;
}

/** @returns the counts of its guards, in a sentence */
async function ask({ template, theorems, cases, mutants, counted }: MutatedStack): Promise<string> {
  const deployed = stackOf({ template });
  const scripts = scriptsOf(deployed.policies, theorems);
  const evidence = await gatherEvidence(template, cases);
  const opened: { readonly isReplayed: boolean; readonly isTried: boolean }[] = [];
  // That open something only where another lock is off as well: a theorem is about that too.
  let second = 0;
  let closing = 0;
  for (const [at, mutant] of mutants.entries()) {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${at + 1} of ${mutants.length}`);
    const stack = stackOf(mutant.options);
    const refutation = await refutationOf(stack, scripts, theorems, solver);
    const isClosing = await onlyCloses(deployed.policies, stack.policies, solver);
    if (refutation !== undefined) {
      const { id, sentence, replayed } = refutation;
      const tried = await triedBy(mutant, refutation, evidence);
      opened.push({ isReplayed: replayed.outcome === 'confirmed', isTried: tried !== undefined });
      console.log(`opens   ${mutant.name}\n      theorem ${id}: ${sentence}`);
      console.log(`      ${tried ?? untried(mutant.name, refutation)}`);
      second += Number(isClosing);
      continue;
    }
    console.log(`${isClosing ? 'closes ' : 'UNSEEN '} ${mutant.name}`);
    if (isClosing) closing += 1;
    else failures.push(`${mutant.name}: something opens, and every theorem holds`);
    const noticed = await noticedBy(mutant, evidence, 'opening');
    if (noticed?.isOpening)
      failures.push(`${mutant.name}: no theorem notices that ${noticed.words}`);
  }
  const replayed = opened.filter(({ isReplayed }) => isReplayed).length;
  const bySuite = opened.filter(({ isTried }) => isTried).length - replayed;
  console.log(
    `${solver.name}; ${replayed} by the counterexample itself, ${bySuite} by a request of the isolation suite`,
  );
  return counted({ all: mutants.length, refuted: opened.length, second, closing });
}

const part = process.argv[2] ?? '';
const stacks = mutatedStacks()
  .map((stack) => ({ ...stack, mutants: stack.mutants.filter(({ name }) => name.includes(part)) }))
  .filter(({ mutants }) => mutants.length > 0);
if (stacks.length === 0) {
  console.error(`npm run test:mutants: no guard has ${part} in its name`);
  process.exit(2);
}
const solver = (await native('cvc5')) ?? (await native('z3')) ?? (await z3());
const document = readFileSync('docs/security.md', 'utf8').replace(/\s+/g, ' ');
for (const stack of stacks) {
  const counts = await ask(stack);
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  console.log(counts);
  if (part === '' && !document.includes(counts))
    failures.push(`docs/security.md has to say: ${counts}`);
}
await solver.close();
if (part === '') {
  const unused = exceptions.filter(({ guards }) => !used.has(guards));
  for (const { guards } of unused) failures.push(`no guard needs the exception ${guards}`);
}
for (const failure of failures) console.log(`FAILED ${failure}`);
process.exitCode = failures.length === 0 ? 0 : 1;
