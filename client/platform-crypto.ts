/** What the platform has for cryptography: WebCrypto everywhere, and `node:crypto` where that is. */

/** A key of WebCrypto, by whichever types of the platform there are: browsers' or those of Node.js. */
export type CryptoKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

export type NodeCrypto = typeof import('node:crypto');

/** @returns undefined in a browser, and in Node.js before 20.16 */
export const nodeCrypto = (): NodeCrypto | undefined =>
  globalThis.process?.getBuiltinModule?.('node:crypto');
