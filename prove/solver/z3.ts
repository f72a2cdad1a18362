/** z3 of npm: no installation, on every machine that has Node.js. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { modelOf, nameOf } from './model.ts';
import type { Solver } from './solver.ts';

export interface Ask {
  readonly script: string;
  readonly timeoutMs: number;
  /** names of variables that are true */
  readonly assumed: readonly string[];
}

/** What the process answers; the model, and the assumptions that it needed, as z3 prints them. */
export type Reply =
  | {
      readonly verdict: 'unsat' | 'sat' | 'unknown';
      readonly model: string;
      readonly core: readonly string[];
    }
  | { readonly error: string };

/** For a process that does not keep its own limit. */
const graceMs = 15_000;
/** Nothing is freed in it, and WebAssembly gives it 2 GB. */
const questionsOfAProcess = 50;

/** @param usualTimeoutMs of a question; what takes longer is unknown */
export async function z3(usualTimeoutMs = 30_000): Promise<Solver> {
  const limitMs = usualTimeoutMs + graceMs;
  let { child, version } = await start(limitMs);
  let asked = 0;
  const askNow = async ({ timeoutMs, ...ask }: Ask) => {
    if (asked === questionsOfAProcess) {
      await end(child);
      ({ child, version } = await start(limitMs));
      asked = 0;
    }
    asked += 1;
    child.send({ ...ask, timeoutMs } satisfies Ask);
    const reply = await messageOf<Reply>(child, timeoutMs + graceMs);
    if ('error' in reply) throw new Error(reply.error);
    return reply;
  };
  // One at a time: an answer does not say to which question it is.
  let last: Promise<unknown> = Promise.resolve();
  const ask = (asking: Ask) => {
    const reply = last.then(() => askNow(asking));
    last = reply.catch(() => {});
    return reply;
  };
  return {
    name: `${version}, WebAssembly`,
    async check(script, timeoutMs = usualTimeoutMs) {
      const { verdict, model } = await ask({ script, timeoutMs, assumed: [] });
      return { verdict, model: modelOf(model) };
    },
    async core(script, assumed) {
      const { verdict, core } = await ask({ script, timeoutMs: usualTimeoutMs, assumed });
      return verdict === 'unsat' ? core.map(nameOf) : undefined;
    },
    close: () => end(child),
  };
}

async function start(limitMs: number): Promise<{ child: ChildProcess; version: string }> {
  const child = fork(new URL('z3-process.ts', import.meta.url), { execArgv: [] });
  const { version } = await messageOf<{ version: string }>(child, limitMs);
  return { child, version };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.disconnect();
  await ended;
}

/** @throws Error where the process ends instead, or says nothing for so long */
async function messageOf<T>(child: ChildProcess, limitMs: number): Promise<T> {
  const ended = new AbortController();
  const onExit = (code: number | null) => ended.abort(new Error(`z3 ended with code ${code}`));
  child.once('exit', onExit);
  const limit = setTimeout(() => child.kill('SIGKILL'), limitMs);
  try {
    const [message] = await once(child, 'message', { signal: ended.signal });
    return message as T;
  } catch (error) {
    throw ended.signal.aborted ? ended.signal.reason : error;
  } finally {
    clearTimeout(limit);
    child.off('exit', onExit);
  }
}
