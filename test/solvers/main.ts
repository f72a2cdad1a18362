/**
 * `npm run test:solvers`: every theorem asked of each solver, npm's and those that are installed; all have to give the
 * verdicts of docs/security.md. What is not installed is left out, and said. Exit code 1 where one disagrees.
 */
import { readFileSync } from 'node:fs';
import { prove } from '../../prove/prove.ts';
import { verdictsIn } from '../../prove/report-docs.ts';
import { native, nativeSolvers } from '../../prove/solver/native.ts';
import type { Solver } from '../../prove/solver/solver.ts';
import { z3 } from '../../prove/solver/z3.ts';
import { synthesizedStack } from '../../prove/synthesized-stack.ts';

const documented = verdictsIn(readFileSync('docs/security.md', 'utf8'));
const { stack } = synthesizedStack();
const missing: string[] = [];
/** z3 takes 26 s for theorem 6.4 on an idle machine: four times the usual limit. */
const timeoutMs = 120_000;

async function compare(solver: Solver): Promise<void> {
  const proofs = await prove(stack, solver).finally(solver.close);
  const others = proofs.filter(({ theorem, verdict }) => documented.get(theorem.id) !== verdict);
  const questions = proofs.reduce((sum, proof) => sum + proof.questions, 0);
  const ms = proofs.reduce((sum, proof) => sum + proof.durationMs, 0);
  console.log(
    `${solver.name}: ${proofs.length} theorems, ${questions} questions, ${(ms / 1000).toFixed(1)} s; ` +
      (others.length === 0 ? 'as documented' : 'NOT as documented:'),
  );
  for (const { theorem, verdict, open } of others) {
    console.log(`  ${theorem.id} is ${verdict}: ${open.map(({ about }) => about).join('; ')}`);
    process.exitCode = 1;
  }
}

await compare(await z3());
for (const name of nativeSolvers) {
  const solver = await native(name, timeoutMs);
  if (solver === undefined) missing.push(name);
  else await compare(solver);
}
if (missing.length > 0) console.log(`left out, since not installed: ${missing.join(', ')}`);
