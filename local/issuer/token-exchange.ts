/**
 * Token exchange, RFC 8693. Invariant: a token comes of a token of this issuer alone that still counts, it ends no
 * later, and of one tenant's never another's. Who acts stands in `act`, with whoever acted before inside it.
 */
import { type CryptoKey, type JWTPayload, jwtVerify } from 'jose';
import { OAuthError } from './oauth-error.ts';
import type { ExchangeRequest } from './token-request.ts';

export interface OwnTokens {
  readonly issuer: string;
  readonly key: CryptoKey;
  readonly tenantClaim: string;
}

export interface TokenClaims {
  readonly sub: string;
  readonly scope: string;
  readonly tenant: string | undefined;
  readonly act?: object;
  /** epoch seconds: when the subject's token ends */
  readonly latestExpiry?: number;
}

/** So that no chain makes a token too long for the API. */
const maxActors = 8;

/**
 * @param client who asks, and acts where no token of an actor is given
 * @throws OAuthError
 */
export async function exchangedClaims(
  request: ExchangeRequest,
  client: string,
  own: OwnTokens,
): Promise<TokenClaims> {
  const subject = await verified('subject_token', request.subject_token, own);
  const actor = request.actor_token && (await verified('actor_token', request.actor_token, own));
  const tenant = subject[own.tenantClaim] as string | undefined;
  if (tenant !== undefined && request.tenant_id !== undefined && request.tenant_id !== tenant) {
    throw new OAuthError('invalid_request', 'tenant_id: the subject token is of another tenant');
  }
  const act = {
    sub: actor ? actor.sub : client,
    ...((subject.act as object) && { act: subject.act }),
  };
  if (actorsIn(act) > maxActors) {
    throw new OAuthError('invalid_request', `subject_token: has ${maxActors} actors already`);
  }
  return {
    sub: String(subject.sub),
    scope: request.scope ?? String(subject.scope),
    tenant: request.tenant_id ?? tenant,
    act,
    latestExpiry: Number(subject.exp),
  };
}

async function verified(member: string, token: string, own: OwnTokens): Promise<JWTPayload> {
  try {
    const options = { issuer: own.issuer, algorithms: ['RS256'], requiredClaims: ['exp', 'sub'] };
    return (await jwtVerify(token, own.key, options)).payload;
  } catch {
    throw new OAuthError('invalid_request', `${member}: is no token of this issuer that counts`);
  }
}

function actorsIn(act: { readonly act?: unknown }): number {
  return 1 + (act.act === undefined ? 0 : actorsIn(act.act as object));
}
