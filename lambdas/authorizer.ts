/**
 * The Lambda authorizer: from a bearer token to a policy for API Gateway and the tenant for the functions
 * behind it. Invariant: no token, no claim and no signature is in a log or an error; and without a verified
 * token there is no policy, only `Unauthorized`, which API Gateway makes a 401 of.
 */
import { JwtParseError } from 'aws-jwt-verify/error';
import { authorizerEnvironment, readEnvironment } from '../contract/environment.ts';
import { type Policy, policyFor } from './authorizer/api-policy.ts';
import { IssuerUnavailable, issuerKeys } from './authorizer/jwks-cache.ts';
import { type Rights, rightsOf } from './authorizer/permissions.ts';
import { type Claims, refusalOfToken, tokenVerifier } from './authorizer/token-verifier.ts';
import { type LogLevel, log } from './observability/log.ts';

/** What is read of API Gateway's event, for a TOKEN as for a REQUEST authorizer. */
export interface AuthorizerEvent {
  readonly type: 'TOKEN' | 'REQUEST';
  readonly methodArn: string;
  readonly authorizationToken?: string;
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
}

export interface AuthorizerResult {
  readonly principalId: string;
  readonly policyDocument: Policy;
  /** of a tenant's token only */
  readonly context: { readonly tenantId?: string };
}

const environment = readEnvironment(authorizerEnvironment);
const verify = tokenVerifier({
  issuer: environment.ISSUER,
  audience: environment.AUDIENCE,
  keys: issuerKeys({ issuer: environment.ISSUER }),
});

/** @throws Error `Unauthorized` for a 401, another where the issuer's keys cannot be had */
export async function handler(event: AuthorizerEvent): Promise<AuthorizerResult> {
  const started = performance.now();
  const write = (level: LogLevel, outcome: object) =>
    log(level, {
      message: 'authorization',
      ...outcome,
      durationInMs: Math.round((performance.now() - started) * 10) / 10,
    });
  try {
    const claims = await verify(bearerToken(event));
    const rights = rightsOf(claims, environment.TENANT_CLAIM);
    const result = answer(claims, rights, event.methodArn);
    write('INFO', { outcome: outcomeOf(rights), ...result.context });
    return result;
  } catch (error) {
    const unavailable = error instanceof IssuerUnavailable;
    const reason = unavailable ? 'issuer-unavailable' : refusalOfToken(error);
    write(unavailable ? 'ERROR' : 'INFO', { outcome: 'unauthorized', reason });
    // Only the text counts for API Gateway: this one is a 401, any other a failure of ours.
    throw new Error(unavailable ? 'IssuerUnavailable' : 'Unauthorized');
  }
}

const outcomeOf = (rights: Rights | undefined) => (rights === undefined ? 'forbidden' : 'allowed');

/** RFC 6750 section 2.1; the scheme without regard to case (RFC 9110 section 11.1) */
function bearerToken({ authorizationToken, headers }: AuthorizerEvent): string {
  const inHeaders = Object.entries(headers ?? {}).find(
    ([name]) => name.toLowerCase() === 'authorization',
  );
  const value = authorizationToken ?? inHeaders?.[1] ?? '';
  const token = /^bearer ([A-Za-z0-9._~+/-]+=*)$/i.exec(value)?.[1];
  if (token === undefined) throw new JwtParseError('there is no bearer token');
  return token;
}

function answer(claims: Claims, rights: Rights | undefined, methodArn: string): AuthorizerResult {
  const tenantId = rights?.tenantId;
  return {
    principalId: principalOf(claims),
    policyDocument: policyFor(rights, methodArn),
    context: tenantId === undefined ? {} : { tenantId },
  };
}

/** A client's own token may come without a subject. */
function principalOf({ sub, client_id: clientId }: Claims): string {
  const named = [sub, clientId].find((name) => typeof name === 'string' && name !== '');
  return typeof named === 'string' ? named : 'unknown';
}
