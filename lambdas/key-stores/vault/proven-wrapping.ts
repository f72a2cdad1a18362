/**
 * The proof that the transit engine binds a data key to associated data. Invariant: nothing is wrapped or unwrapped in a
 * session before it has shown that what it wraps opens under the same associated data and under no other.
 * HashiCorp's `datakey` ignores associated data, OpenBao's binds it since 2.5; `encrypt` and `decrypt` bind it in both.
 */
import { CiphertextRefused } from '../keyring.ts';
import { type KeyReference, unwrap, type Wrapping, wrappings } from './transit-engine.ts';
import { VaultBindsNoContext } from './vault-errors.ts';
import type { VaultSession } from './vault-session.ts';

const proofs = new WeakMap<VaultSession, Promise<Wrapping>>();

/**
 * @returns by what the session wraps, proved once
 * @throws VaultBindsNoContext where neither way binds; the next call tries again
 */
export function provenWrapping(session: VaultSession, key: KeyReference): Promise<Wrapping> {
  const known = proofs.get(session);
  if (known !== undefined) return known;
  const proof = prove(session, key).catch((error: unknown) => {
    proofs.delete(session);
    throw error;
  });
  proofs.set(session, proof);
  return proof;
}

async function prove(session: VaultSession, key: KeyReference): Promise<Wrapping> {
  const trial: VaultSession = { send: (request) => session.send({ ...request, isTrial: true }) };
  for (const wrapping of wrappings) if (await binds(trial, key, wrapping)) return wrapping;
  throw new VaultBindsNoContext();
}

/** No encryption context of ours has these bytes: each begins with the number of its pairs. */
const [one = '', other = ''] = ['a context', 'another'].map((text) =>
  Buffer.from(`tenant-keys: ${text}`).toString('base64'),
);

async function binds(
  session: VaultSession,
  key: KeyReference,
  wrapping: Wrapping,
): Promise<boolean> {
  const { ciphertext } = await wrapping.newWrappedDataKey(session, key, one);
  const [own, others] = await Promise.all([
    opens(session, key, ciphertext, one),
    opens(session, key, ciphertext, other),
  ]);
  return own && !others;
}

async function opens(
  session: VaultSession,
  key: KeyReference,
  ciphertext: string,
  associatedData: string,
): Promise<boolean> {
  try {
    const { plaintext } = await unwrap(session, key, ciphertext, associatedData);
    plaintext.fill(0);
    return true;
  } catch (error) {
    if (error instanceof CiphertextRefused) return false;
    throw error;
  }
}
