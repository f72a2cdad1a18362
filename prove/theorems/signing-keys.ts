/** @param at the key's place among the stack's signing keys */
export const titleOfSigningKey = (at: number): string =>
  at === 0 ? 'the certificate key' : 'the post-quantum certificate key';
