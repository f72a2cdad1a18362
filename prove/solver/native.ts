/**
 * A solver that is installed on the machine, such as Debian's z3 or cvc5: a process for each question, which reads the
 * script from its standard input. It is another implementation than npm's, so that no mistake of one alone counts.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { modelOf } from './model.ts';
import type { Answer, Solver } from './solver.ts';

export const nativeSolvers = ['z3', 'cvc5'] as const;
export type NativeSolver = (typeof nativeSolvers)[number];

const commandLines: Readonly<Record<NativeSolver, (timeoutMs: number) => readonly string[]>> = {
  z3: (timeoutMs) => ['-smt2', '-in', `-t:${timeoutMs}`],
  cvc5: (timeoutMs) => ['--lang=smt2', '--strings-exp', `--tlimit=${timeoutMs}`],
};

/** For a solver that does not keep its own limit. */
const graceMs = 5_000;

/**
 * @param usualTimeoutMs of a question; what takes longer is unknown
 * @returns nothing where the solver is not installed
 */
export async function native(
  name: NativeSolver,
  usualTimeoutMs = 30_000,
): Promise<Solver | undefined> {
  const version = await outputOf(name, ['--version'], '', graceMs).catch(() => undefined);
  if (version === undefined) return undefined;
  return {
    name: `${name} ${/\d+(?:\.\d+)+/.exec(version)?.[0]}`,
    async check(script, timeoutMs = usualTimeoutMs) {
      const output = await outputOf(
        name,
        commandLines[name](timeoutMs),
        `(set-option :produce-models true)\n(set-logic ALL)\n${script}\n(check-sat)\n(get-model)\n`,
        timeoutMs + graceMs,
      );
      return answerOf(output, name);
    },
    close: async () => {},
  };
}

/**
 * The verdict is the first line: behind an error nothing counts, since z3 goes on without what it could not read.
 * Without a model to give, an error follows the verdict.
 */
export function answerOf(output: string, name: string): Answer {
  const [first = '', ...rest] = output.trimStart().split('\n');
  const verdict = first.trim();
  if (verdict === 'sat') return { verdict, model: modelOf(rest.join('\n')) };
  if (verdict === 'unsat') return { verdict, model: new Map() };
  if (/^(?:unknown|timeout|cvc5 interrupted by timeout\.)?$/.test(verdict)) {
    return { verdict: 'unknown', model: new Map() };
  }
  throw new Error(`${name} cannot read the script: ${first}`);
}

/** @throws Error where there is no such command */
async function outputOf(
  command: string,
  commandLine: readonly string[],
  input: string,
  timeoutMs: number,
): Promise<string> {
  const child = spawn(command, commandLine, {
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  await once(child, 'spawn');
  // One that is killed reads no more.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return text(child.stdout);
}
