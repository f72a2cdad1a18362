/** The question before anything is changed. */
import { createInterface } from 'node:readline/promises';

/** @returns whether the answer was a whole `yes`: a slip of the finger deploys nothing */
export async function confirmed(question: string, signal: AbortSignal): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`${question} Type yes to go on: `, { signal });
    return answer.trim() === 'yes';
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  } finally {
    terminal.close();
  }
}
