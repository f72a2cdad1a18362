/** A process that reads commands of SMT-LIB from its standard input and answers each on its standard output. */
import { execFile, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { promisify } from 'node:util';

/** Says that all before has been answered; z3 prints it as it is, cvc5 in quotes. */
const end = 'end of the answer';
const endOfAnswer = /^"?end of the answer"?$/m;

export interface SolverProcess {
  /** by its command line */
  readonly timeoutMs: number;
  /** how often */
  readonly asked: number;
  readonly hasEnded: boolean;
  /**
   * One at a time.
   * @param limit on which the process is ended
   * @returns what it says; where it ends instead, what it has said until then
   */
  ask(commands: string, limit: AbortSignal): Promise<string>;
  end(): void;
}

/** Waited for while it is asked, and otherwise nothing that keeps this process. */
export function startSolver(
  command: string,
  commandLine: readonly string[],
  timeoutMs: number,
): SolverProcess {
  const child = spawn(command, commandLine, { stdio: ['pipe', 'pipe', 'ignore'] });
  const kept = [child, child.stdin as Socket, child.stdout as Socket];
  const wait = (is: boolean) => {
    for (const one of kept) is ? one.ref() : one.unref();
  };
  let output = '';
  let asked = 0;
  let hasEnded = false;
  let heard = () => {};
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (endOfAnswer.test(output)) heard();
  });
  const onEnd = () => {
    hasEnded = true;
    heard();
  };
  child.once('error', onEnd).once('close', onEnd);
  // One that has ended reads no more.
  child.stdin.on('error', () => {});
  wait(false);

  return {
    timeoutMs,
    get asked() {
      return asked;
    },
    get hasEnded() {
      return hasEnded;
    },
    async ask(commands, limit) {
      asked += 1;
      output = '';
      const kill = () => void child.kill('SIGKILL');
      limit.addEventListener('abort', kill);
      wait(true);
      try {
        const { promise, resolve } = Promise.withResolvers<void>();
        heard = resolve;
        if (hasEnded) resolve();
        child.stdin.write(`${commands}\n(echo "${end}")\n`);
        await promise;
        return output.replace(endOfAnswer, '').trimEnd();
      } finally {
        wait(false);
        limit.removeEventListener('abort', kill);
      }
    },
    end: () => void child.kill('SIGKILL'),
  };
}

/** @throws Error where there is no such command */
export async function run(command: string, commandLine: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(command, commandLine, { timeout: 5_000 });
  return stdout;
}
