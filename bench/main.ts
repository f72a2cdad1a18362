/**
 * `npm run bench [-- load|cpu|calls|batch|http|indexer|files ...]`: counts, and sizes and times as ratios of what was measured
 * side by side in this run, so that they mean the same on every machine. A run of everything writes its figures
 * into docs/performance.md. Exit code 1 where a target is missed, 2 where the bench failed.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Caller, openCaller } from './caller.ts';
import { writeFigures } from './figures.ts';
import { measurements, type PartName, type Report } from './measurements.ts';
import { type BenchStack, openBenchStack } from './stack.ts';
import { isMet, verdict } from './target.ts';

const document = join(import.meta.dirname, '../docs/performance.md');
const all = Object.keys(measurements) as PartName[];

async function main(): Promise<number> {
  const parts = readParts();
  const reports: Report[] = [];
  for await (const report of measured(parts)) {
    console.log(`${report.table}\n`);
    reports.push(report);
  }
  const targets = reports.flatMap((report) => report.targets);
  const verdicts = targets.map(verdict).join('\n');
  console.log(verdicts);
  if (parts.length === all.length) {
    const tables = reports.map(({ table }) => table).join('\n\n');
    const machine = `Node ${process.versions.node}, ${availableParallelism()} cores, ${process.platform}`;
    writeFigures(document, `\`\`\`\n${machine}\n\n${tables}\n\n${verdicts}\n\`\`\``);
  }
  return targets.every(isMet) ? 0 : 1;
}

/** @returns those that are named, in the order in which all are measured; without a name all of them */
function readParts(): PartName[] {
  const { positionals } = parseArgs({ options: {}, allowPositionals: true });
  const unknown = positionals.find((name) => !Object.hasOwn(measurements, name));
  if (unknown !== undefined)
    throw new Error(`no such part: ${unknown}; there are ${all.join(', ')}`);
  return positionals.length === 0 ? all : all.filter((name) => positionals.includes(name));
}

/** The loading first, while nothing else runs on the machine. */
async function* measured(parts: readonly PartName[]): AsyncGenerator<Report> {
  let stack: BenchStack | undefined;
  let caller: Caller | undefined;
  const open = async () => {
    stack ??= await openBenchStack();
    caller ??= openCaller(stack);
    return { stack, caller };
  };
  try {
    for (const name of parts) yield await measurements[name](open, progress(name));
  } finally {
    caller?.close();
    await stack?.local.close();
  }
}

/** One line that is written over, on a terminal only. */
const progress = (part: string) => (step: string) => {
  if (process.stderr.isTTY) {
    process.stderr.write(`\r\x1b[2K${step === '' ? '' : `${part}: ${step}`}`);
  }
};

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    process.stderr.write(`bench: ${error.message}\n`);
    process.exitCode = 2;
  },
);
