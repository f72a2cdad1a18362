/**
 * The Lambda authorizer. From a bearer token it makes a policy for API Gateway, and names the tenant for the
 * functions behind it. Invariant: no token, no claim and no signature is in a log or an error; and without a
 * verified token there is no policy, only `Unauthorized`, which API Gateway turns into a 401.
 */
import { JwtParseError } from 'aws-jwt-verify/error';
import { authorizerEnvironment, readEnvironment } from '../contract/environment.ts';
import { type ApiPolicy, apiPolicy } from './authorizer/api-policy.ts';
import { type LogLevel, log } from './observability/log.ts';
import { IssuerUnavailable, jwksCache } from './tokens/jwks-cache.ts';
import { type Permissions, permissionsOf } from './tokens/permissions.ts';
import { type Claims, refusalOfToken, tokenVerifier } from './tokens/token-verifier.ts';

/** What the function reads of API Gateway's event, of a TOKEN and of a REQUEST authorizer. */
export interface AuthorizerEvent {
  readonly type: 'TOKEN' | 'REQUEST';
  readonly methodArn: string;
  readonly authorizationToken?: string;
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
}

export interface AuthorizerResult {
  readonly principalId: string;
  readonly policyDocument: ApiPolicy;
  /** empty unless it is a tenant's token */
  readonly context: { readonly tenantId?: string };
}

const environment = readEnvironment(authorizerEnvironment);
const verify = tokenVerifier({
  issuer: environment.ISSUER,
  audience: environment.AUDIENCE,
  jwksCache: jwksCache({ issuer: environment.ISSUER }),
});

/** @throws Error `Unauthorized` for a 401, another error where the issuer's keys cannot be read */
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
    const permissions = permissionsOf(claims, environment.TENANT_CLAIM);
    const result = answer(claims, permissions, event.methodArn);
    write('INFO', { outcome: outcomeOf(permissions), ...result.context });
    return result;
  } catch (error) {
    const unavailable = error instanceof IssuerUnavailable;
    const reason = unavailable ? 'issuer-unavailable' : refusalOfToken(error);
    write(unavailable ? 'ERROR' : 'INFO', { outcome: 'unauthorized', reason });
    // API Gateway looks at the text alone: `Unauthorized` is a 401, any other is a failure of the authorizer.
    throw new Error(unavailable ? 'IssuerUnavailable' : 'Unauthorized');
  }
}

const outcomeOf = (permissions: Permissions | undefined) =>
  permissions === undefined ? 'forbidden' : 'allowed';

/** RFC 6750 section 2.1; the case of the scheme does not matter (RFC 9110 section 11.1). */
function bearerToken({ authorizationToken, headers }: AuthorizerEvent): string {
  const inHeaders = Object.entries(headers ?? {}).find(
    ([name]) => name.toLowerCase() === 'authorization',
  );
  const value = authorizationToken ?? inHeaders?.[1] ?? '';
  const token = /^bearer ([A-Za-z0-9._~+/-]+=*)$/i.exec(value)?.[1];
  if (token === undefined) throw new JwtParseError('there is no bearer token');
  return token;
}

function answer(
  claims: Claims,
  permissions: Permissions | undefined,
  methodArn: string,
): AuthorizerResult {
  const tenantId = permissions?.tenantId;
  return {
    principalId: principalOf(claims),
    policyDocument: apiPolicy(permissions, methodArn),
    context: tenantId === undefined ? {} : { tenantId },
  };
}

/** A token that a client got for itself may have no subject. */
function principalOf({ sub, client_id: clientId }: Claims): string {
  const named = [sub, clientId].find((name) => typeof name === 'string' && name !== '');
  return typeof named === 'string' ? named : 'unknown';
}
