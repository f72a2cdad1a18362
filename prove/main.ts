/** `npm run prove`: asks a solver whether there is any way round the policies of the synthesized stack. */
import { accessSync, constants, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type LiveArguments, type Options, optionsOf, usage } from './command-line.ts';
import { differencesOf, readReport } from './compare.ts';
import { keep } from './last.ts';
import { clientsOf } from './live/clients.ts';
import { isLiveProved, proveLive } from './live/live.ts';
import { printLiveReport } from './live/live-terminal.ts';
import { writePermissions } from './permission-list.ts';
import { permissionsOf } from './permission-writer.ts';
import { type Proof, prove } from './prove.ts';
import { replayerOn } from './replay/replayer.ts';
import { asJson, isProved, type Report, reportOf } from './report.ts';
import { writeTable } from './report-docs.ts';
import { printReport } from './report-terminal.ts';
import { native } from './solver/native.ts';
import type { Solver } from './solver/solver.ts';
import { z3 } from './solver/z3.ts';
import type { StackPolicies } from './stack-policies.ts';
import { statementsOf } from './statements.ts';
import { givenStack, synthesizedStack } from './synthesized-stack.ts';
import { theorems } from './theorems/theorems.ts';

const document = join(import.meta.dirname, '../docs/security.md');

async function main(): Promise<number> {
  const options = optionsOf(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  if (options.report !== undefined) refuseFolderOf(options.report);
  if (options.live !== undefined) return proveDeployed(options, options.live);
  const before = options.compare === undefined ? undefined : readReport(options.compare);
  const solver = await solverOf(options.solver);
  if (options.writePermissions) {
    await writeList(solver).finally(() => solver.close());
    return 0;
  }
  const report = await reported(options, solver).finally(() => solver.close());
  give(report, options, () => printReport(report, process.stdout));
  if (options.writeDocs) writeTable(document, report);
  const isWhole = options.theorems === theorems;
  const notKept = isWhole && options.template === undefined ? keep(report) : undefined;
  if (notKept !== undefined) process.stderr.write(`${notKept}\n`);
  const differences = before === undefined ? [] : differencesOf(before, report, isWhole);
  if (before !== undefined) printDifferences(before, differences);
  return isProved(report) && differences.length === 0 ? 0 : 1;
}

/** For people or as JSON, and into a file as well where one is named. */
function give(report: object, { json, report: file }: Options, print: () => void): void {
  if (json) process.stdout.write(asJson(report));
  else print();
  if (file !== undefined) writeFileSync(file, asJson(report));
}

/** Before a minute of work. @throws Error where no file can be written */
function refuseFolderOf(file: string): void {
  try {
    accessSync(dirname(file), constants.W_OK);
  } catch (error) {
    throw new Error(`cannot write the report: ${(error as Error).message}`);
  }
}

/** Not into the JSON of standard output. */
function printDifferences({ date, solver }: Report, differences: readonly string[]): void {
  const count = differences.length === 0 ? 'nothing differs' : 'this differs:';
  const lines = [`Compared with the report of ${date} by ${solver}, ${count}`];
  for (const one of differences) lines.push(`- ${one.replaceAll('\n', '\n  ')}`);
  process.stderr.write(`${lines.join('\n')}\n`);
}

async function proveDeployed(options: Options, live: LiveArguments): Promise<number> {
  const solver = await solverOf(options.solver);
  const report = await proveLive({
    ...live,
    clients: clientsOf(live),
    solver,
    theorems: options.theorems,
    onStep: progress,
  }).finally(() => solver.close());
  progress('');
  give(report, options, () => printLiveReport(report, process.stdout));
  return isLiveProved(report) ? 0 : 1;
}

async function solverOf(name: Options['solver']): Promise<Solver> {
  if (name === 'npm') return z3();
  const solver = await native(name);
  if (solver === undefined) throw new Error(`${name} is not installed: apt-get install ${name}`);
  return solver;
}

async function writeList(solver: Solver): Promise<void> {
  const { stack } = synthesizedStack();
  writePermissions(await permissionsOf(stack, solver, (role) => progress(`${role} ...`)));
  progress('');
}

async function reported(options: Options, solver: Solver): Promise<Report> {
  progress(options.template === undefined ? 'synthesizing the template ...' : 'reading ...');
  const { stack, template, hashes } =
    options.template === undefined ? synthesizedStack() : givenStack(options.template);
  const proofs = await prove(
    stack,
    solver,
    options.theorems,
    (theorem, about, place) => progress(`${theorem.id}, ${place}: ${about} ...`),
    replayerOn({ template, policies: stack }, solver),
  );
  const statements = options.statements ? await statementsBy(proofs, stack, solver) : new Map();
  progress('');
  return reportOf({ ...hashes, solver: solver.name, proofs, statements });
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

/** One line that is written over, on a terminal only. */
function progress(step: string): void {
  const width = Math.max(1, (process.stderr.columns ?? 80) - 1);
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${step.slice(0, width)}`);
}

try {
  process.exitCode = await main();
} catch (error) {
  progress('');
  process.stderr.write(`npm run prove: ${(error as Error).message}\n`);
  process.exitCode = 2;
}
