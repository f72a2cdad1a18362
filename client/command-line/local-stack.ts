/** The local stack that runs on this machine: `npm start` says where it listens in a file that its user alone may write. */
import { readPrivate, stateFile } from './private-file.ts';

export interface LocalStackPlace {
  readonly api: string;
  readonly issuer: string;
  /** of the AWS endpoint */
  readonly aws?: string | undefined;
}

/** @returns undefined where none runs */
export async function findLocalStack(env: NodeJS.ProcessEnv): Promise<LocalStackPlace | undefined> {
  const { api, issuer, aws, pid } = Object(await readPrivate(stateFile('local-stack.json', env)));
  if (typeof api !== 'string' || typeof issuer !== 'string' || !runs(pid)) return undefined;
  return { api, issuer, ...(typeof aws === 'string' && { aws }) };
}

function runs(pid: number): boolean {
  try {
    // Signal 0 is none: it asks whether it could be sent.
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
