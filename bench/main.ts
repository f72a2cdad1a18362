/**
 * `npm run bench [-- load|cpu|calls|batch|http|indexer|files|records ... --write]`: counts, and sizes and times as ratios of what was measured
 * side by side in this run, so that they mean the same on every machine. A run of everything, or with `--write`,
 * puts its figures into docs/performance.md. Exit code 1 where a target is missed, 2 where the bench failed.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Caller, openCaller } from './caller.ts';
import { writeFigures } from './figures.ts';
import { measurements, type PartName } from './measurements.ts';
import type { Report } from './part.ts';
import { type BenchStack, openBenchStack } from './stack.ts';
import { isMet, verdict } from './target.ts';

const document = join(import.meta.dirname, '../docs/performance.md');
const all = Object.keys(measurements) as PartName[];

async function main(): Promise<number> {
  const { parts, isWritten } = readArguments();
  const reports = new Map<PartName, Report>();
  for await (const [part, report] of measured(parts)) {
    console.log(`${report.table}\n`);
    reports.set(part, report);
  }
  const targets = [...reports.values()].flatMap((report) => report.targets);
  console.log(targets.map(verdict).join('\n'));
  if (isWritten) {
    const figures = [...reports].map(([part, report]) => [part, figuresOf(report)] as const);
    writeFigures(document, new Map(figures));
  }
  return targets.every(isMet) ? 0 : 1;
}

function figuresOf({ table, targets }: Report): string {
  const machine = `Node ${process.versions.node}, ${availableParallelism()} cores, ${process.platform}`;
  const verdicts = targets.map(verdict).join('\n');
  return `\`\`\`\n${[machine, table, verdicts].filter((text) => text !== '').join('\n\n')}\n\`\`\``;
}

/** @returns the parts that are named, in the order in which all are measured; without a name all of them */
function readArguments(): { readonly parts: readonly PartName[]; readonly isWritten: boolean } {
  const { positionals, values } = parseArgs({
    options: { write: { type: 'boolean' } },
    allowPositionals: true,
  });
  const unknown = positionals.find((name) => !Object.hasOwn(measurements, name));
  if (unknown !== undefined)
    throw new Error(`no such part: ${unknown}; there are ${all.join(', ')}`);
  const parts = positionals.length === 0 ? all : all.filter((name) => positionals.includes(name));
  return { parts, isWritten: values.write ?? parts.length === all.length };
}

/** The loading first, while nothing else runs on the machine. */
async function* measured(parts: readonly PartName[]): AsyncGenerator<[PartName, Report]> {
  let stack: BenchStack | undefined;
  let caller: Caller | undefined;
  const open = async () => {
    stack ??= await openBenchStack();
    caller ??= openCaller(stack);
    return { stack, caller };
  };
  try {
    for (const name of parts) yield [name, await measurements[name](open, progress(name))];
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
