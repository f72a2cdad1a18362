/** What to change, where a token does not count or permits nothing. Mostly at the issuer, else in the configuration. */
import type { PermissionRefusal, Refusal } from '../../lambdas/tokens/refusals.ts';

export const remedies: Readonly<Record<Refusal | PermissionRefusal, string>> = {
  malformed:
    'Pass the access token alone, whole, without quotes. If the issuer gives opaque ones, ask it for a JWT, mostly by ' +
    'naming the API (`audience`, `resource`, a scope of it); encrypted tokens (five parts) do not count.',
  'too-long':
    'Have the issuer leave groups and profile claims out of access tokens; use roles of the application instead of groups.',
  'other-type': 'Take the access token of the answer, not its ID token or logout token.',
  'critical-header': 'Have the issuer sign without header extensions.',
  algorithm:
    'Choose an asymmetric algorithm for this API or client at the issuer: RS256 is offered by all. HS256 never counts.',
  'other-issuer':
    'Configure `issuer` as the token has it, if that issuer is the one you mean; else ask the right one for the token.',
  'no-key-id':
    'Have the issuer name its key in the header (`kid`); if it has but one key, give that key an id.',
  'unknown-key':
    'Get a new token: its key may have been withdrawn. If that has the same fate, the keys are read from another place ' +
    'than those of this issuer: see `jwksUri` and `discoveryUrl`, or the realm, pool or authorization server of `issuer`.',
  'unfit-key':
    'Publish the key with the algorithm of the token (`alg`), `use` of `sig`, and an id of its own.',
  'weak-key': 'Let the issuer sign by a key of 2,048 bits or more, or by ES256.',
  signature:
    'Get a new token. If that has the same fate, something on the way changes it, or two keys of the issuer share an id.',
  'no-expiry': 'Have the issuer set a lifetime for access tokens, of an hour or less.',
  expired: 'Get a new token. If it is new, one of the clocks is wrong.',
  'not-yet-valid': 'Wait, or set the clocks: the issuer runs ahead.',
  'other-use': 'Send the `access_token` of the answer, not the `id_token` or the `refresh_token`.',
  'other-audience':
    'Have the issuer put a configured audience into `aud`, or configure the one that it has, if that stands for this API ' +
    'alone; a token without `aud` takes `clientIds`, and a sign that it is an access token (`token_use`, `typ`).',
  other: 'Have the issuer write `exp`, `nbf` and `iat` as numbers of seconds.',
  'bad-tenant':
    'Have the issuer write one tenant into the claim: a list of two, an object or an empty text names none. Who serves ' +
    'several tenants gets a token for each.',
  'foreign-tenant':
    'Add the tenant to `tenants` of this issuer, if it may speak for it; else the user or client is in the wrong place.',
  'no-tenant':
    'Have the issuer add the tenant claim. An administrator of all tenants needs an issuer without `tenants`.',
  'no-scope':
    'Grant a scope at the issuer, and ask for it, that fits: a token with the tenant claim needs one of tenants, one ' +
    'without it one of administrators or auditors. If the issuer calls it otherwise or keeps it elsewhere, configure ' +
    '`scopeNames` and `scopeClaims`; and see what `scopes` lets it give.',
};
