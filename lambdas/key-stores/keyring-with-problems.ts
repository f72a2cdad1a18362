/** A keyring whose store has errors of its own, with the answers that they are to the caller in their place. */
import { type Keyring, KeyStoreFailure } from './keyring.ts';

/** @param problemOf an error of the store or, as it is, any other */
export function keyringWithProblems(
  keyring: Keyring,
  problemOf: (error: unknown) => unknown,
): Keyring {
  const translated = (error: unknown): never => {
    throw problemOf(error);
  };
  const { requireAccess } = keyring;
  return {
    ...keyring,
    ...(requireAccess && {
      requireAccess: (wrapped) => requireAccess(wrapped).catch(translated),
    }),
    generateDataKey: (context) => keyring.generateDataKey(context).catch(translated),
    generateDataKeyWithoutPlaintext: (context) =>
      keyring.generateDataKeyWithoutPlaintext(context).catch(translated),
    wrapDataKey: (plaintext, context) => keyring.wrapDataKey(plaintext, context).catch(translated),
    unwrapDataKey: (wrapped, context) =>
      keyring.unwrapDataKey(wrapped, context).catch((error: unknown) => {
        // What is not the store's failure says that the bytes are wrong, and nobody learns how.
        if (!(error instanceof KeyStoreFailure)) throw error;
        throw new KeyStoreFailure(problemOf(error.cause));
      }),
  };
}
