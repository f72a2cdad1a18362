/**
 * The signature at the end of a message of the signed suite (ECDSA on P-384 with SHA-384 over header and body). It takes a hash
 * that can be fed piece by piece, which WebCrypto has not: so it is Node.js's, and a browser opens no such messages.
 */
import { MessageError } from '../errors.ts';
import { type NodeCrypto, nodeCrypto } from '../platform-crypto.ts';
import { type MessageHeader, publicKeyName } from './message-header.ts';
import { notAsEncrypted } from './message-key.ts';

export class MessageSignature {
  readonly #crypto: NodeCrypto;
  readonly #verify: ReturnType<NodeCrypto['createVerify']>;
  readonly #publicKey: string;

  /** @throws MessageError where the platform cannot check one */
  constructor({ context }: MessageHeader) {
    const platform = nodeCrypto();
    if (platform === undefined) {
      throw new MessageError(
        'The message is of the signed suite 0x0578, whose signature Node.js alone can check piece by piece (20.16 or later). ' +
          'Seal with the suite 0x0478, or have `decrypt` open it, which takes up to 4 MiB.',
      );
    }
    this.#crypto = platform;
    this.#verify = platform.createVerify('sha384');
    this.#publicKey = context[publicKeyName] ?? '';
  }

  update(...parts: readonly Uint8Array[]): void {
    for (const part of parts) this.#verify.update(part);
  }

  /**
   * @param signature in DER
   * @throws MessageError where it is not of what was fed in, by the key in the context
   */
  check(signature: Uint8Array): void {
    if (!this.#isRight(signature)) throw notAsEncrypted();
  }

  #isRight(signature: Uint8Array): boolean {
    try {
      return this.#verify.verify(publicKeyOf(this.#crypto, this.#publicKey), signature);
    } catch {
      return false;
    }
  }
}

/** @param compressed a point of P-384 (SEC 1, section 2.3.3) in base64 */
function publicKeyOf({ createPublicKey, ECDH }: NodeCrypto, compressed: string) {
  const to = 'uncompressed';
  const point = ECDH.convertKey(compressed, 'secp384r1', 'base64', undefined, to) as Buffer;
  // One byte for the form, then both coordinates.
  const x = point.subarray(1, 49).toString('base64url');
  const y = point.subarray(49).toString('base64url');
  return createPublicKey({ key: { kty: 'EC', crv: 'P-384', x, y }, format: 'jwk' });
}
