/** A key of WebCrypto, by whichever types of the platform there are: browsers' or those of Node.js. */
export type CryptoKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;
