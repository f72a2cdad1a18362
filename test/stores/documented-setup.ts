/** The shell block of docs/key-stores/vault.md, run as it stands but for the values at its head. */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { blockOf } from '../blocks/blocks.ts';

export const setupBlock: string = blockOf('docs/key-stores/vault.md', 'vault=bao').text;

/** A variable at the head of the block, in place of the example's value. */
export type SetupVariables = Readonly<
  Record<
    | 'transit'
    | 'auth'
    | 'issuer'
    | 'audience'
    | `${'tenant' | 'control_plane' | 'reconciler' | 'certificates'}_role`,
    string
  >
>;

/**
 * @param env with the administrator's VAULT_ADDR and VAULT_TOKEN
 * @param block the document's, or one with a hole in it
 * @throws Error where a command fails
 */
export async function runSetup(
  env: NodeJS.ProcessEnv,
  variables: Partial<SetupVariables>,
  block = setupBlock,
): Promise<void> {
  const script = Object.entries(variables).reduce(
    (script, [name, value]) =>
      replaced(script, new RegExp(`^${name}=.*$`, 'm'), `${name}=${value}`),
    block,
  );
  const child = spawn('sh', ['-eu'], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  child.stdin.end(script);
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if ((await ended) !== 0) throw new Error(`the block fails: ${out}${err}`);
}

/** @throws Error where there is nothing to replace */
export function replaced(script: string, part: string | RegExp, by: string): string {
  const found = typeof part === 'string' ? script.includes(part) : part.test(script);
  if (!found) throw new Error(`the block has no ${part}`);
  return script.replace(part, () => by);
}
