/**
 * The shell blocks of docs/key-stores/vault.md: the one that sets a store up, run as it stands but for the values at its
 * head, and other values.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const document = join(import.meta.dirname, '..', 'docs', 'key-stores', 'vault.md');

/** A variable at the head of the block, in place of the example's value. */
export type SetupVariables = Readonly<
  Record<
    | 'vault'
    | 'transit'
    | 'auth'
    | 'issuer'
    | 'jwks'
    | 'audience'
    | 'tenant_claim'
    | `${'tenant' | 'control_plane' | 'reconciler' | 'certificates'}_subject`,
    string
  >
>;

/** @throws Error where the document has none */
export function setupBlock(): string {
  const found = /^```sh\n((?:#[^\n]*\n)*vault=.*?)^```/ms.exec(readFileSync(document, 'utf8'));
  if (found?.[1] === undefined) throw new Error(`${document} has no block that sets a store up`);
  return found[1];
}

/**
 * @returns what the block has in place of the same values for tokens of the product's own issuer
 * @throws Error where the document has none
 */
export function ownIssuerVariables(): Partial<SetupVariables> {
  const found = /^```sh\n(# of the stack: the URL of its API.*?)^```/ms.exec(
    readFileSync(document, 'utf8'),
  );
  if (found?.[1] === undefined) throw new Error(`${document} has no values for our own issuer`);
  const lines = found[1].matchAll(/^(\w+)=(.*)$/gm);
  return Object.fromEntries([...lines].map(([, name, value]) => [name, value]));
}

/**
 * @param env with the administrator's VAULT_ADDR and VAULT_TOKEN
 * @param block the document's, or one that was changed
 * @throws Error where a command fails
 */
export async function runSetup(
  env: NodeJS.ProcessEnv,
  variables: Partial<SetupVariables>,
  block = setupBlock(),
): Promise<void> {
  const child = spawn('sh', ['-eu'], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  child.stdin.end(withVariables(block, variables));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if ((await ended) !== 0) throw new Error(`the block fails: ${err || out}`.trimEnd());
}

/** @throws Error where a variable is not in the block */
export const withVariables = (block: string, variables: Readonly<Record<string, string>>): string =>
  Object.entries(variables).reduce(
    (script, [name, value]) =>
      replaced(script, new RegExp(`^${name}=.*$`, 'm'), `${name}=${value}`),
    block,
  );

/** @throws Error where there is nothing to replace */
export function replaced(script: string, part: string | RegExp, by: string): string {
  const found = typeof part === 'string' ? script.includes(part) : part.test(script);
  if (!found) throw new Error(`the block has no ${part}`);
  return script.replace(part, () => by);
}
