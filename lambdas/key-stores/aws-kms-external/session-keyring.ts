/**
 * A keyring whose calls are made with the session that is current. Invariant: a refusal of a session that is new is the tenant's. An
 * older one may be of a role that was deleted and made again since, or that expired while the function was frozen: then the same
 * call is made once more with a new one. AWS has done nothing yet.
 */
import { isAccessDenied, isNamed } from '../../aws/errors.ts';
import { kmsKeyIdentity } from '../aws-kms/kms-keyring.ts';
import { CiphertextRefused, type Keyring, KeyStoreFailure } from '../keyring.ts';
import { isOfDeletedRole } from './external-problem.ts';
import type { RenewedSession } from './renewed-session.ts';

/** A refusal of a session that is newer is what its account says. */
const freshMs = 5_000;

export function sessionKeyring(session: RenewedSession<Keyring>, keyArn: string): Keyring {
  async function call<T>(use: (keyring: Keyring) => Promise<T>): Promise<T> {
    const opened = await session.current();
    try {
      return await use(opened.session);
    } catch (error) {
      if (!mayBeOfSession(error) || Date.now() - opened.askedAtMs < freshMs) throw error;
      session.drop(opened);
      return use((await session.current()).session);
    }
  }
  return {
    ...kmsKeyIdentity(keyArn),
    async requireAccess() {
      await session.current();
    },
    generateDataKey: (context) => call((keyring) => keyring.generateDataKey(context)),
    generateDataKeyWithoutPlaintext: (context) =>
      call((keyring) => keyring.generateDataKeyWithoutPlaintext(context)),
    wrapDataKey: (plaintext, context) => call((keyring) => keyring.wrapDataKey(plaintext, context)),
    unwrapDataKey: (wrapped, context) =>
      call((keyring) => keyring.unwrapDataKey(wrapped, context)).catch((error: unknown) => {
        const isKeyrings = error instanceof KeyStoreFailure || error instanceof CiphertextRefused;
        throw isKeyrings ? error : new KeyStoreFailure(error);
      }),
  };
}

function mayBeOfSession(thrown: unknown): boolean {
  const error = thrown instanceof KeyStoreFailure ? thrown.cause : thrown;
  return isAccessDenied(error) || isOfDeletedRole(error) || isNamed(error, 'ExpiredTokenException');
}
