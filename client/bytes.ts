/** Bytes that go out and come in. What comes back is looked at before it is called a result. */
import { fromBase64 } from './base64.ts';
import { UsageError } from './errors.ts';
import { ConnectionError } from './http/connection-error.ts';
import { ProblemError } from './http/problem-error.ts';

export type Bytes = Uint8Array<ArrayBuffer>;

/** docs/api.md, "Sizes" */
export const maxPlaintextBytes = 4_194_304;
export const maxCiphertextBytes = 4_341_760;

/**
 * @returns the same bytes, in memory that no other thread may change meanwhile
 * @throws ProblemError with the API's code where there are more, without sending them
 */
export function checkedBytes(bytes: Uint8Array, maxBytes: number): Bytes {
  if (!(bytes instanceof Uint8Array)) throw new UsageError('bytes must be a Uint8Array');
  const { buffer, byteOffset, length } = bytes;
  if (length > maxBytes) {
    const detail = `More than ${maxBytes} bytes, which a request cannot have. Larger ones are sealed as a stream.`;
    throw new ProblemError({ status: 413, code: 'too-large', detail });
  }
  return buffer instanceof ArrayBuffer
    ? new Uint8Array(buffer, byteOffset, length)
    : new Uint8Array(bytes);
}

/** A server that sends back what it was sent must not have it stored as a ciphertext. */
export function checkedCiphertext(
  ciphertext: Bytes,
  plaintextBytes: number,
  mode: 'envelope' | 'direct' = 'envelope',
): Bytes {
  const [version, high = 0, low] = ciphertext;
  const isMessage = version === 2 && (high === 4 || high === 5) && low === 0x78;
  if (ciphertext.length > plaintextBytes && (isMessage || mode === 'direct')) return ciphertext;
  throw notFromApi('has no ciphertext');
}

/** Every ciphertext is longer than what is in it: what is not was sent back as it came. */
export function checkedPlaintext(plaintext: Bytes, ciphertextBytes: number): Bytes {
  if (plaintext.length < ciphertextBytes) return plaintext;
  throw notFromApi('has no plaintext');
}

/** Of an answer's base64. */
export function decoded(text: unknown): Bytes {
  const bytes = typeof text === 'string' ? fromBase64(text) : undefined;
  if (bytes === undefined) throw notFromApi('has no base64');
  return bytes;
}

export const notFromApi = (what: string): ConnectionError =>
  new ConnectionError(
    'unexpected-answer',
    `The answer ${what} where it should: check the URL, and what stands between.`,
  );
