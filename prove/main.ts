/**
 * `npm run prove [-- --json] [--solver npm|z3|cvc5] [--theorem ID] [--statements] [--report FILE] [--write-docs]`: asks
 * a solver whether there is any way round the policies of the synthesized stack. Exit code 1 unless every theorem is
 * proved, 2 where it could not be asked.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Options, optionsOf } from './command-line.ts';
import { type Proof, prove } from './prove.ts';
import { isProved, type Report, reportOf } from './report.ts';
import { writeTable } from './report-docs.ts';
import { printReport } from './report-terminal.ts';
import { native } from './solver/native.ts';
import type { Solver } from './solver/solver.ts';
import { z3 } from './solver/z3.ts';
import type { StackPolicies } from './stack-policies.ts';
import { statementsOf } from './statements.ts';
import { synthesizedStack } from './synthesized-stack.ts';

const document = join(import.meta.dirname, '../docs/security.md');

async function main(): Promise<number> {
  const options = optionsOf(process.argv.slice(2));
  const solver = await solverOf(options.solver);
  try {
    const report = await reported(options, solver);
    if (options.report !== undefined) writeFileSync(options.report, asJson(report));
    if (options.writeDocs) writeTable(document, report);
    if (options.json) process.stdout.write(asJson(report));
    else printReport(report, process.stdout);
    return isProved(report) ? 0 : 1;
  } finally {
    await solver.close();
  }
}

async function solverOf(name: Options['solver']): Promise<Solver> {
  if (name === 'npm') return z3();
  const solver = await native(name);
  if (solver === undefined) throw new Error(`${name} is not installed: apt-get install ${name}`);
  return solver;
}

async function reported(options: Options, solver: Solver): Promise<Report> {
  progress('synthesizing the template ...');
  const { stack, template } = synthesizedStack();
  const proofs = await prove(stack, solver, options.theorems, (theorem, about) =>
    progress(`${theorem.id}: ${about} ...`),
  );
  const statements = options.statements ? await statementsBy(proofs, stack, solver) : new Map();
  progress('');
  return reportOf({ template, solver: solver.name, proofs, statements });
}

async function statementsBy(
  proofs: readonly Proof[],
  stack: StackPolicies,
  solver: Solver,
): Promise<Map<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  for (const { theorem, verdict } of proofs) {
    if (verdict !== 'proved') continue;
    progress(`${theorem.id}: what it rests on ...`);
    const statements = await statementsOf(theorem, stack, solver);
    if (statements !== undefined) found.set(theorem.id, statements);
  }
  return found;
}

const asJson = (report: Report) => `${JSON.stringify(report, null, 2)}\n`;

/** One line that is written over, on a terminal only. */
function progress(step: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${step.slice(0, 100)}`);
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 2;
}
