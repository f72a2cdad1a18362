/** Signatures of messages that others have made: ours are not signed. */
import { createPublicKey, createVerify, ECDH } from 'node:crypto';
import { type Message, publicKeyName } from './message-parser.ts';

/** @throws Error where the signature is not of this message, by the key in its context */
export function verifySignature({ encryptionContext, signedBytes, signature }: Message): void {
  const compressed = Buffer.from(encryptionContext[publicKeyName] ?? '', 'base64');
  const verify = createVerify('sha384').update(signedBytes);
  if (!verify.verify(publicKeyOf(compressed), signature)) throw new Error('the signature is wrong');
}

/** @throws Error where that is no point of P-384 */
function publicKeyOf(compressedPoint: Buffer) {
  const to = 'uncompressed';
  const point = ECDH.convertKey(compressedPoint, 'secp384r1', undefined, undefined, to) as Buffer;
  // After the byte that says how it is written (SEC 1, section 2.3.3), both coordinates.
  const x = point.subarray(1, 49).toString('base64url');
  const y = point.subarray(49).toString('base64url');
  return createPublicKey({ key: { kty: 'EC', crv: 'P-384', x, y }, format: 'jwk' });
}
