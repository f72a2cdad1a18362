/** The local stack that runs on this machine: `npm start` says where it listens in a file that its user alone may write. */
import { createHmac, randomBytes } from 'node:crypto';
import { readPrivate, stateFile } from './private-file.ts';

export interface LocalStackPlace {
  readonly api: string;
  readonly issuer: string;
  /** of the AWS endpoint */
  readonly aws?: string | undefined;
}

const timeoutMs = 2000;

/** @returns undefined where none runs */
export async function findLocalStack(env: NodeJS.ProcessEnv): Promise<LocalStackPlace | undefined> {
  const said = Object(await readPrivate(stateFile('local-stack.json', env)));
  const { api, issuer, aws, proof, secret } = said;
  if (![api, issuer, proof, secret].every((one) => typeof one === 'string')) return undefined;
  if (!(await isThere(proof, secret))) return undefined;
  return { api, issuer, ...(typeof aws === 'string' && { aws }) };
}

/**
 * A stack that was killed leaves its file behind, and another user's server may have its ports by now: what cannot answer
 * a new challenge by the file's secret is not the one that wrote the file.
 */
async function isThere(proof: string, secret: string): Promise<boolean> {
  const challenge = randomBytes(32).toString('base64url');
  const expected = createHmac('sha256', secret).update(challenge).digest('base64url');
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const answer = await fetch(`${proof}/${challenge}`, { redirect: 'error', signal });
    return (await answer.text()) === expected;
  } catch {
    return false;
  }
}
