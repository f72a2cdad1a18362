/**
 * `npm run test:mutants`: takes each guard that the isolation suite takes out, and asks the prover. A guard without
 * which something is allowed that was not has to leave a theorem refuted, by a request that succeeds on a local stack
 * of that template, or by one of the isolation suite; the others only close, which a solver proves. A stack with other key
 * stores is asked about what it has more. Exit code 1 where
 * one does neither, where a path is not tried, where the isolation suite sees a path opened that no theorem notices, or
 * where docs/security.md has other counts.
 */
import { readFileSync } from 'node:fs';
import { exceptions } from './exceptions.ts';
import type { Judged } from './judge.ts';
import { openJudges } from './judges.ts';
import { type MutatedStack, mutatedStacks } from './mutated-stack.ts';

const failures: string[] = [];
const used = new Set<string>();
const judges = openJudges();

/** @returns the counts of its guards, in a sentence */
async function ask(stack: number, mutants: readonly number[], { counted }: MutatedStack) {
  const all: Judged[] = [];
  const work = (mutant: number) => judges.judge({ stack, mutant });
  let by = '';
  for await (const { judged, solver } of inOrder(mutants, work)) {
    by = solver;
    all.push(judged);
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${all.length} of ${mutants.length}`);
    for (const line of judged.lines) console.log(line);
    failures.push(...judged.failures);
    if (judged.exception !== undefined) used.add(judged.exception);
  }
  const opened = all.flatMap(({ opened, isClosing }) => (opened ? [{ ...opened, isClosing }] : []));
  const replayed = opened.filter(({ isReplayed }) => isReplayed).length;
  const bySuite = opened.filter(({ isTried }) => isTried).length - replayed;
  console.log(
    `${by}; ${replayed} by the counterexample itself, ${bySuite} by a request of the isolation suite`,
  );
  return counted({
    all: mutants.length,
    refuted: opened.length,
    // That open something only where another lock is off as well: a theorem is about that too.
    second: opened.filter(({ isClosing }) => isClosing).length,
    closing: all.filter(({ isClosing, opened }) => isClosing && opened === undefined).length,
  });
}

/** As many at once as there are judges, and told in the order of the guards. */
async function* inOrder<T, R>(all: readonly T[], work: (one: T) => Promise<R>): AsyncGenerator<R> {
  const atWork: Promise<R>[] = [];
  for (const one of all) {
    atWork.push(work(one));
    // One more for who is done before the first.
    if (atWork.length > judges.count) yield atWork.shift() as Promise<R>;
  }
  for (const last of atWork) yield last;
}

const part = process.argv[2] ?? '';
const stacks = mutatedStacks()
  .map((stack, at) => {
    const wanted = stack.mutants.flatMap(({ name }, mutant) =>
      name.includes(part) ? [mutant] : [],
    );
    return { stack, at, wanted };
  })
  .filter(({ wanted }) => wanted.length > 0);
if (stacks.length === 0) {
  console.error(`npm run test:mutants: no guard has ${part} in its name`);
  process.exit(2);
}
const document = readFileSync('docs/security.md', 'utf8').replace(/\s+/g, ' ');
for (const { stack, at, wanted } of stacks) {
  const counts = await ask(at, wanted, stack);
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  console.log(counts);
  if (part === '' && !document.includes(counts))
    failures.push(`docs/security.md has to say: ${counts}`);
}
judges.close();
if (part === '') {
  const unused = exceptions.filter(({ reason }) => !used.has(reason));
  for (const { guards } of unused) failures.push(`no guard needs the exception ${guards}`);
}
for (const failure of failures) console.log(`FAILED ${failure}`);
process.exitCode = failures.length === 0 ? 0 : 1;
