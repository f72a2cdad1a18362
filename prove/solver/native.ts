/**
 * A solver that is installed on the machine, such as Debian's z3 or cvc5. It is another implementation than npm's, so that no
 * mistake of one alone counts. Its process is kept, since to start one takes longer than most questions; each question begins
 * with a reset, and a process that has not answered one as it should is given no other.
 */
import { modelOf } from './model.ts';
import type { Answer, Solver } from './solver.ts';
import { run, type SolverProcess, startSolver } from './solver-process.ts';

export const nativeSolvers = ['z3', 'cvc5'] as const;
export type NativeSolver = (typeof nativeSolvers)[number];

const commandLines: Readonly<Record<NativeSolver, (timeoutMs: number) => readonly string[]>> = {
  z3: (timeoutMs) => ['-smt2', '-in', `-t:${timeoutMs}`],
  cvc5: (timeoutMs) => ['--lang=smt2', '--strings-exp', `--tlimit-per=${timeoutMs}`],
};

/** For a solver that does not keep its own limit. */
const graceMs = 5_000;
/** A process that was asked so often is given up: what a solver keeps of each is its own affair. */
const mostAsked = 1_000;

/**
 * @param usualTimeoutMs of a question; what takes longer is unknown
 * @returns nothing where the solver is not installed
 */
export async function native(
  name: NativeSolver,
  usualTimeoutMs = 30_000,
): Promise<Solver | undefined> {
  const version = await run(name, ['--version']).catch(() => undefined);
  if (version === undefined) return undefined;
  const idle: SolverProcess[] = [];

  async function check(script: string, timeoutMs: number): Promise<Answer> {
    const at = idle.findIndex((one) => one.timeoutMs === timeoutMs);
    const [kept] = at === -1 ? [] : idle.splice(at, 1);
    const solver = kept ?? startSolver(name, commandLines[name](timeoutMs), timeoutMs);
    try {
      const limit = AbortSignal.timeout(timeoutMs + graceMs);
      const asked = `(reset)\n(set-option :produce-models true)\n(set-logic ALL)\n${script}\n`;
      const answer = answerOf(await solver.ask(`${asked}(check-sat)`, limit), name);
      const isSat = answer.verdict === 'sat';
      const model = isSat ? modelOf(await solver.ask('(get-model)', limit)) : answer.model;
      if (!solver.hasEnded && solver.asked < mostAsked) idle.push(solver);
      else solver.end();
      return { ...answer, model };
    } catch (error) {
      solver.end();
      throw error;
    }
  }

  return {
    name: `${name} ${/\d+(?:\.\d+)+/.exec(version)?.[0]}`,
    check: (script, timeoutMs = usualTimeoutMs) => check(script, timeoutMs),
    async close() {
      for (const one of idle.splice(0)) one.end();
    },
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
