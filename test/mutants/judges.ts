/** Processes that judge guards, as many as there are processors: most of it is work of one thread. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import type { Answered, Asked } from './judge-process.ts';

export interface Judges {
  readonly count: number;
  /** @throws Error where the guard cannot be judged */
  judge(asked: Asked): Promise<Extract<Answered, { judged: unknown }>>;
  close(): void;
}

export function openJudges(): Judges {
  const count = availableParallelism();
  const all = Array.from({ length: count }, () =>
    fork(new URL('judge-process.ts', import.meta.url), { execArgv: [] }),
  );
  const free = [...all];
  const waiting: ((one: ChildProcess) => void)[] = [];
  const next = async () => free.pop() ?? new Promise<ChildProcess>((give) => waiting.push(give));
  return {
    count,
    async judge(asked) {
      const one = await next();
      one.send(asked);
      const answered = await answerOf(one);
      const give = waiting.shift() ?? ((freed: ChildProcess) => free.push(freed));
      give(one);
      if ('error' in answered) throw new Error(answered.error);
      return answered;
    },
    close() {
      for (const one of all) one.disconnect();
    },
  };
}

/** @throws Error where the process ends instead */
async function answerOf(one: ChildProcess): Promise<Answered> {
  const ended = new AbortController();
  const onExit = (code: number | null) => ended.abort(new Error(`a judge ended with code ${code}`));
  one.once('exit', onExit);
  try {
    const [answered] = await once(one, 'message', { signal: ended.signal });
    return answered as Answered;
  } catch (error) {
    throw ended.signal.aborted ? ended.signal.reason : error;
  } finally {
    one.off('exit', onExit);
  }
}
