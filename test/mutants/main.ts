/**
 * `npm run test:mutants`: takes each guard that the isolation suite takes out, and asks the prover. A guard without
 * which something is allowed that was not has to leave a theorem refuted, by a request that succeeds on a local stack
 * of that template, or by one of the isolation suite; the others only close, which a solver proves. A stack with other key
 * stores is asked about what it has more. Exit code 1 where
 * one does neither, where a path is not tried, where the isolation suite sees a path opened that no theorem notices, or
 * where docs/security.md has other counts.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
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

const solver = (await native('cvc5')) ?? (await native('z3')) ?? (await z3());
const failures: string[] = [];
const used = new Set<RegExp>();

/** What became of a stack without one of its guards. */
interface Judged {
  readonly lines: readonly string[];
  readonly failures: readonly string[];
  readonly isClosing: boolean;
  /** where a theorem is refuted: whether by its own counterexample, and whether by any request */
  readonly opened?: { readonly isReplayed: boolean; readonly isTried: boolean };
}

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

function untried(
  name: string,
  { replayed: { outcome, why } }: Refutation,
): Pick<Judged, 'lines' | 'failures'> {
  const exception = exceptions.find(({ guards }) => guards.test(name));
  if (exception !== undefined) used.add(exception.guards);
  return {
    lines: [`      not tried: ${exception?.reason ?? why}`],
    failures: exception === undefined ? [`${name}: ${outcome}: ${why}`] : [],
  };
}

/** @returns what judges one mutant of the stack */
async function judgeOf({ template, theorems, cases }: MutatedStack) {
  const deployed = stackOf({ template });
  const scripts = scriptsOf(deployed.policies, theorems);
  const evidence = await gatherEvidence(template, cases);
  return async (mutant: Mutant): Promise<Judged> => {
    const { name } = mutant;
    const stack = stackOf(mutant.options);
    const refutation = await refutationOf(stack, scripts, theorems, solver);
    const isClosing = await onlyCloses(deployed.policies, stack.policies, solver);
    if (refutation !== undefined) {
      const { id, sentence, replayed } = refutation;
      const tried = await triedBy(mutant, refutation, evidence);
      const opened = {
        isReplayed: replayed.outcome === 'confirmed',
        isTried: tried !== undefined,
      };
      const how = tried ? { lines: [`      ${tried}`], failures: [] } : untried(name, refutation);
      const lines = [`opens   ${name}`, `      theorem ${id}: ${sentence}`, ...how.lines];
      return { lines, failures: how.failures, isClosing, opened };
    }
    const noticed = await noticedBy(mutant, evidence, 'opening');
    return {
      lines: [`${isClosing ? 'closes ' : 'UNSEEN '} ${name}`],
      failures: [
        ...(isClosing ? [] : [`${name}: something opens, and every theorem holds`]),
        ...(noticed?.isOpening ? [`${name}: no theorem notices that ${noticed.words}`] : []),
      ],
      isClosing,
    };
  };
}

/** @returns the counts of its guards, in a sentence */
async function ask(stack: MutatedStack): Promise<string> {
  const { mutants, counted } = stack;
  const all: Judged[] = [];
  for await (const judged of inOrder(mutants, await judgeOf(stack))) {
    all.push(judged);
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${all.length} of ${mutants.length}`);
    for (const line of judged.lines) console.log(line);
    failures.push(...judged.failures);
  }
  const opened = all.flatMap(({ opened, isClosing }) => (opened ? [{ ...opened, isClosing }] : []));
  const replayed = opened.filter(({ isReplayed }) => isReplayed).length;
  const bySuite = opened.filter(({ isTried }) => isTried).length - replayed;
  console.log(
    `${solver.name}; ${replayed} by the counterexample itself, ${bySuite} by a request of the isolation suite`,
  );
  return counted({
    all: mutants.length,
    refuted: opened.length,
    // That open something only where another lock is off as well: a theorem is about that too.
    second: opened.filter(({ isClosing }) => isClosing).length,
    closing: all.filter(({ isClosing, opened }) => isClosing && opened === undefined).length,
  });
}

/** As many at once as there are processors: a solver is a process of its own. */
async function* inOrder<T, R>(all: readonly T[], work: (one: T) => Promise<R>): AsyncGenerator<R> {
  const atWork: Promise<R>[] = [];
  for (const one of all) {
    atWork.push(work(one));
    if (atWork.length >= availableParallelism()) yield atWork.shift() as Promise<R>;
  }
  for (const last of atWork) yield last;
}

const part = process.argv[2] ?? '';
const stacks = mutatedStacks()
  .map((stack) => ({ ...stack, mutants: stack.mutants.filter(({ name }) => name.includes(part)) }))
  .filter(({ mutants }) => mutants.length > 0);
if (stacks.length === 0) {
  console.error(`npm run test:mutants: no guard has ${part} in its name`);
  process.exit(2);
}
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
