/**
 * `npm run test:mutants`: takes each guard that the isolation suite takes out, and asks the prover. A guard without
 * which something is allowed that was not has to leave a theorem refuted, by a request that succeeds on a local stack
 * of that template, or by one of the isolation suite; the others only close, which a solver proves. Exit code 1 where
 * one does neither, where a path is not tried, where the isolation suite sees a path opened that no theorem notices, or
 * where docs/security.md has other counts.
 */
import { readFileSync } from 'node:fs';
import { native } from '../../prove/solver/native.ts';
import { z3 } from '../../prove/solver/z3.ts';
import { synthesizedText } from '../../prove/synthesized-stack.ts';
import { gatherEvidence } from '../isolation/evidence.ts';
import type { TemplateDocument } from '../isolation/harness.ts';
import { type Mutant, mutantsOf } from '../isolation/mutants.ts';
import { noticedBy } from '../isolation/noticed.ts';
import { context } from '../isolation/template.ts';
import { exceptions } from './exceptions.ts';
import { stackOf } from './mutant-stack.ts';
import { onlyCloses } from './only-closes.ts';
import { type Refutation, refutationOf, scriptsOf } from './refutation.ts';

const failures: string[] = [];
const used = new Set<RegExp>();

/** @returns how the path was tried; nothing where it was not */
async function triedBy(mutant: Mutant, { replayed }: Refutation): Promise<string | undefined> {
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

const template = JSON.parse(synthesizedText(context)) as TemplateDocument;
const mutants = mutantsOf(template).filter(({ name }) => name.includes(process.argv[2] ?? ''));
if (mutants.length === 0) {
  console.error(`npm run test:mutants: no guard has ${process.argv[2]} in its name`);
  process.exit(2);
}
const deployed = stackOf({ template });
const scripts = scriptsOf(deployed.policies);
const solver = (await native('cvc5')) ?? (await native('z3')) ?? (await z3());
const evidence = await gatherEvidence(template);
const opened: { readonly isReplayed: boolean; readonly isTried: boolean }[] = [];
/** That open something only where another lock is off as well: a theorem is about that too. */
const second: string[] = [];
const closing: string[] = [];

for (const [at, mutant] of mutants.entries()) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${at + 1} of ${mutants.length}`);
  const stack = stackOf(mutant.options);
  const refutation = await refutationOf(stack, scripts, solver);
  const isClosing = await onlyCloses(deployed.policies, stack.policies, solver);
  if (refutation !== undefined) {
    const { id, sentence, replayed } = refutation;
    const tried = await triedBy(mutant, refutation);
    opened.push({ isReplayed: replayed.outcome === 'confirmed', isTried: tried !== undefined });
    console.log(`opens   ${mutant.name}\n      theorem ${id}: ${sentence}`);
    console.log(`      ${tried ?? untried(mutant.name, refutation)}`);
    if (isClosing) second.push(mutant.name);
    continue;
  }
  console.log(`${isClosing ? 'closes ' : 'UNSEEN '} ${mutant.name}`);
  if (isClosing) closing.push(mutant.name);
  else failures.push(`${mutant.name}: something opens, and every theorem holds`);
  const noticed = await noticedBy(mutant, evidence, 'opening');
  if (noticed?.isOpening) failures.push(`${mutant.name}: no theorem notices that ${noticed.words}`);
}
await solver.close();
if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');

const replayed = opened.filter(({ isReplayed }) => isReplayed).length;
const bySuite = opened.filter(({ isTried }) => isTried).length - replayed;
console.log(
  `${solver.name}; ${replayed} by the counterexample itself, ${bySuite} by a request of the isolation suite`,
);
const counts = `Of ${mutants.length} guards, ${opened.length} leave a theorem refuted when they are taken out: ${opened.length - second.length} open a path at once, ${second.length} where another lock is off as well. The other ${closing.length} only close.`;
console.log(counts);
if (process.argv[2] === undefined) {
  const document = readFileSync('docs/security.md', 'utf8').replace(/\s+/g, ' ');
  if (!document.includes(counts)) failures.push(`docs/security.md has to say: ${counts}`);
  const unused = exceptions.filter(({ guards }) => !used.has(guards));
  for (const { guards } of unused) failures.push(`no guard needs the exception ${guards}`);
}
for (const failure of failures) console.log(`FAILED ${failure}`);
process.exitCode = failures.length === 0 ? 0 : 1;
