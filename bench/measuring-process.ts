/** A process of its own that measures one thing, says it in one message, and ends. */
import { fork } from 'node:child_process';
import { once } from 'node:events';

/**
 * @param file in this folder
 * @param env all that it is told
 * @throws Error where it ends without a message
 */
export async function measuredBy<Result extends object>(
  file: string,
  env: Readonly<Record<string, string>>,
): Promise<Result> {
  const child = fork(new URL(file, import.meta.url), {
    env,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'close');
  const [result] = (await Promise.race([once(child, 'message'), ended])) as [Result];
  await ended;
  if (typeof result !== 'object' || result === null) throw new Error(`${file} failed`);
  return result;
}
