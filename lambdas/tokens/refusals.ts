/**
 * Why a token does not count, and why one that counts permits nothing: the one word for logs, and the sentence for
 * people. Words of our own, since messages of libraries hold claims.
 */

/** The token does not count: 401. */
export const refusals = {
  malformed:
    'It is not a signed JWT: three parts of base64url, of which the first two are JSON objects.',
  'too-long':
    'It is longer than 8,192 characters: have the issuer leave claims out, groups above all.',
  'other-type':
    'Its header says by `typ` that it is something else than an access token (`JWT`, `at+jwt`).',
  'critical-header':
    'Its header has `crit`: extensions that must be understood, and none is understood here.',
  algorithm:
    'Its algorithm is none of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, Ed25519.',
  'other-issuer':
    'Its `iss` is, to the letter, none of the issuers that are configured; a slash at the end counts.',
  'no-key-id': 'Its header names no key: `kid` is missing.',
  'unknown-key':
    'Its issuer publishes no key with that `kid`. A new key counts 10 seconds after the last look at the latest.',
  'unfit-key':
    'The key with that `kid` is not for this algorithm, or not for signatures, or two keys have that id.',
  'weak-key': 'It is signed by an RSA key of less than 2,048 bits.',
  signature: 'Its signature is not by the key that it names, or something was changed afterwards.',
  'no-expiry': 'It has no `exp`: a token that never expires does not count.',
  expired: 'It has expired: `exp` lies more than 10 seconds in the past.',
  'not-yet-valid': 'It is not valid yet: `nbf` lies more than 10 seconds in the future.',
  'other-use':
    'It is an ID token, a refresh token or an event by its claims (`token_use`, `typ`, `at_hash`, `events`); it takes an access token.',
  'other-audience':
    'Its `aud` has none of the audiences of its issuer; or it has no `aud`, and none of the client ids is its client.',
  other: 'It cannot be checked; see whether its times are numbers and its key is whole.',
} as const;
export type Refusal = keyof typeof refusals;

/** The token counts, but permits nothing: 403. */
export const permissionRefusals = {
  'bad-tenant':
    'It has the tenant claim, with a value that names no tenant: it takes one text of at most 36 bytes (63, if it is a tenant id), or a whole number.',
  'foreign-tenant': 'It names a tenant for which its issuer may not speak (`tenants`).',
  'no-tenant': 'Its issuer is for certain tenants (`tenants`), and it names none.',
  'no-scope':
    'It has no scope that counts: with a tenant tenant-keys/crypto or tenant-keys/audit, without one tenant-keys/admin or tenant-keys/audit-all, and only those that its issuer may give (`scopes`).',
} as const;
export type PermissionRefusal = keyof typeof permissionRefusals;

export class TokenRefused extends Error {
  override readonly name = 'TokenRefused';
  readonly reason: Refusal;
  constructor(reason: Refusal) {
    super(`the token does not count: ${reason}`);
    this.reason = reason;
  }
}

/** @returns why a token does not count, in one word for the log */
export const refusalOf = (error: unknown): Refusal =>
  error instanceof TokenRefused ? error.reason : 'other';
