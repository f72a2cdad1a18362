/** SHA-256, and HMAC by it, as the signer of the AWS SDK takes them. */
import { createHash, createHmac } from 'node:crypto';
import type { Checksum, SourceData } from '@smithy/types';

export class Sha256 implements Checksum {
  readonly #secret: SourceData | undefined;
  readonly #chunks: Buffer[] = [];
  constructor(secret?: SourceData) {
    this.#secret = secret;
  }
  update(data: Uint8Array): void {
    this.#chunks.push(Buffer.from(data));
  }
  digest(): Promise<Uint8Array> {
    const hash =
      this.#secret === undefined
        ? createHash('sha256')
        : createHmac('sha256', Buffer.from(this.#secret as Uint8Array));
    for (const chunk of this.#chunks) hash.update(chunk);
    return Promise.resolve(hash.digest());
  }
  reset(): void {
    this.#chunks.length = 0;
  }
}
