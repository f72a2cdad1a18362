/**
 * A data key as Vault's transit engine has wrapped it: `vault:v<version>:<base64>`. Invariant: one spelling only. The engine itself
 * opens others of the same bytes: the versions `v0` and `v01`, a line end after it.
 */

/** AES-256-GCM: a nonce of 12 bytes, the data key of 32, a tag of 16. Without padding, so that base64 has one spelling. */
const text = /^vault:(v[1-9]\d{0,8}):[A-Za-z0-9+/]{80}$/;

/** @returns the key's version, `v1`; undefined where the engine does not write a wrapped data key so */
export const versionOf = (ciphertext: string): string | undefined => text.exec(ciphertext)?.[1];

/** @param bytes as messages have them: the text in ASCII */
export function ciphertextOf(bytes: Uint8Array): string | undefined {
  const ciphertext = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(
    'latin1',
  );
  return versionOf(ciphertext) === undefined ? undefined : ciphertext;
}
