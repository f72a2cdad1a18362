/**
 * Public keys of an issuer, as RFC 7517 writes them. Invariant: of a key nothing is kept but what verifies a signature,
 * and only asymmetric keys are kept, so that no shared secret of an issuer ever gets into our memory.
 */
import * as z from 'zod/mini';

const publicJwk = z.object({
  kty: z.enum(['RSA', 'EC', 'OKP']),
  /** tokens name their key; one without a name verifies none */
  kid: z.string(),
  alg: z.optional(z.string()),
  use: z.optional(z.string()),
  key_ops: z.optional(z.array(z.string())),
  n: z.optional(z.string()),
  e: z.optional(z.string()),
  crv: z.optional(z.string()),
  x: z.optional(z.string()),
  y: z.optional(z.string()),
});

export const publicJwks = z.object({ keys: z.readonly(z.array(publicJwk)) });
export type PublicJwks = z.output<typeof publicJwks>;

/**
 * Keys that we cannot use are left out and do not spoil the others (RFC 7517 section 5).
 * @param keys of an issuer's JWKS
 */
export const usableKeys = (keys: readonly unknown[]): PublicJwks => ({
  keys: keys.flatMap((key) => {
    const parsed = publicJwk.safeParse(key);
    return parsed.success ? [parsed.data] : [];
  }),
});
