/**
 * The Lambda authorizer. From a bearer token it makes a policy for API Gateway, and names the tenant for the
 * functions behind it. Invariant: no token, no claim and no signature is in a log or an error; and without a
 * verified token there is no policy, only `Unauthorized`, which API Gateway turns into a 401.
 */
import { encodedForLog } from '../contract/access-log.ts';
import type { TokenRemedy } from '../contract/challenge.ts';
import { authorizerEnvironment, readEnvironment } from '../contract/environment.ts';
import { type ApiPolicy, apiPolicy } from './authorizer/api-policy.ts';
import { tokenRemedy } from './authorizer/token-remedy.ts';
import { type LogLevel, log } from './observability/log.ts';
import { tenths } from './observability/metrics.ts';
import { bearerToken } from './tokens/bearer-token.ts';
import { IssuerUnavailable, jwksCache } from './tokens/jwks-cache.ts';
import { refusalOf, TokenRefused } from './tokens/refusals.ts';
import { type VerifiedToken, verifiedTokens } from './tokens/verified-token.ts';

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
  /**
   * who signed the token; the tenant of a tenant's; the principal, as the access log has it; and what the caller is
   * told where the policy denies
   */
  readonly context: TokenRemedy & {
    readonly issuer: string;
    readonly tenantId?: string;
    readonly loggedPrincipal: string;
  };
}

const environment = readEnvironment(authorizerEnvironment);
const verified = verifiedTokens(environment.ISSUERS, jwksCache(environment.ISSUERS));

/** @throws Error `Unauthorized` for a 401, another error where the issuer's keys cannot be read */
export async function handler(event: AuthorizerEvent): Promise<AuthorizerResult> {
  const started = performance.now();
  const write = (level: LogLevel, outcome: object) =>
    log(level, {
      message: 'authorization',
      ...outcome,
      durationInMs: tenths(performance.now() - started),
    });
  try {
    const token = await verified(tokenOf(event));
    const result = answer(token, event.methodArn);
    write('INFO', outcomeOf(token));
    return result;
  } catch (error) {
    const unavailable = error instanceof IssuerUnavailable;
    const why = unavailable
      ? { reason: 'issuer-unavailable', ...error.of }
      : { reason: refusalOf(error) };
    write(unavailable ? 'ERROR' : 'INFO', { outcome: 'unauthorized', ...why });
    // API Gateway looks at the text alone: `Unauthorized` is a 401, any other is a failure of the authorizer.
    throw new Error(unavailable ? 'IssuerUnavailable' : 'Unauthorized');
  }
}

function outcomeOf({ issuer, permissions, refusal: reason }: VerifiedToken): object {
  if (permissions === undefined) return { outcome: 'forbidden', reason, issuer };
  const { tenantId } = permissions;
  return { outcome: 'allowed', issuer, ...(tenantId !== undefined && { tenantId }) };
}

function tokenOf({ authorizationToken, headers }: AuthorizerEvent): string {
  const inHeaders = Object.entries(headers ?? {}).find(
    ([name]) => name.toLowerCase() === 'authorization',
  );
  const token = bearerToken(authorizationToken ?? inHeaders?.[1]);
  if (token === undefined) throw new TokenRefused('malformed');
  return token;
}

function answer(token: VerifiedToken, methodArn: string): AuthorizerResult {
  const { issuer, principal, permissions } = token;
  const tenantId = permissions?.tenantId;
  return {
    principalId: principal,
    policyDocument: apiPolicy(permissions, methodArn),
    context: {
      ...tokenRemedy(token),
      issuer,
      loggedPrincipal: encodedForLog(principal),
      ...(tenantId !== undefined && { tenantId }),
    },
  };
}
