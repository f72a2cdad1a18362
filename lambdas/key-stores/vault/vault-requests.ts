/**
 * Requests of the administration to Vault. Invariant: that there is nothing at a path is believed only where the engine
 * behind it says so, with 404 and no words. A mount that is not there is a 404 with words, and a policy's refusal a 403:
 * neither shows that a key is deleted.
 */
import { keyStoreUnavailable } from '../../../contract/problem.ts';
import type { VaultAnswer } from './vault-client.ts';

/**
 * @param path without `/v1/`
 * @param once Vault must not do it twice
 * @throws Problem 503 key-store-unavailable where there was no answer, or none of the store's own; NoAnswer instead where
 *   it may have been done once
 */
export type VaultSend = (
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: object,
  options?: { readonly once?: boolean },
) => Promise<VaultAnswer>;

const isDone = ({ status }: VaultAnswer): boolean => status >= 200 && status < 300;

const isNothing = ({ status, errors }: VaultAnswer): boolean =>
  status === 404 && errors.length === 0;

/** @returns undefined where there is nothing at the path */
export async function readPath(send: VaultSend, path: string): Promise<unknown> {
  const answer = await send('GET', path);
  if (isNothing(answer)) return undefined;
  requireDone(answer);
  return answer.data;
}

export async function writePath(
  send: VaultSend,
  path: string,
  body: object,
  options?: { readonly once?: boolean },
): Promise<void> {
  requireDone(await send('POST', path, body, options));
}

/** Vault says the same where there was nothing. */
export async function deletePath(send: VaultSend, path: string): Promise<void> {
  const answer = await send('DELETE', path);
  if (!isNothing(answer)) requireDone(answer);
}

/** A refusal is no caller's fault: the store is not set up as it was, and its words are for nobody outside. */
function requireDone(answer: VaultAnswer): void {
  if (!isDone(answer)) throw keyStoreUnavailable('vault');
}
