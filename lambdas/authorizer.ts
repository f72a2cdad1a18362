/**
 * The Lambda authorizer. From a bearer token it makes a policy for API Gateway, and names the tenant for the
 * functions behind it. Invariant: no token, no claim and no signature is in a log or an error; and without a
 * verified token there is no policy, only `Unauthorized`, which API Gateway turns into a 401.
 */
import { JwtParseError } from 'aws-jwt-verify/error';
import { encodedForLog } from '../contract/access-log.ts';
import type { TokenRemedy } from '../contract/challenge.ts';
import { authorizerEnvironment, readEnvironment } from '../contract/environment.ts';
import { type ApiPolicy, apiPolicy } from './authorizer/api-policy.ts';
import { tokenRemedy } from './authorizer/token-remedy.ts';
import { type LogLevel, log } from './observability/log.ts';
import { tenths } from './observability/metrics.ts';
import { bearerToken } from './tokens/bearer-token.ts';
import { IssuerUnavailable, jwksCache } from './tokens/jwks-cache.ts';
import type { Permissions } from './tokens/permissions.ts';
import { refusalOfToken } from './tokens/token-verifier.ts';
import { tokenSettings, type VerifiedToken, verifiedTokens } from './tokens/verified-token.ts';

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
   * the tenant of a tenant's token; the principal, as the access log has it; and what the caller is told where the
   * policy denies
   */
  readonly context: TokenRemedy & { readonly tenantId?: string; readonly loggedPrincipal: string };
}

const environment = readEnvironment(authorizerEnvironment);
const verified = verifiedTokens(
  tokenSettings(environment),
  jwksCache({ issuer: environment.ISSUER }),
);

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
    const tenantId = token.permissions?.tenantId;
    write('INFO', {
      outcome: outcomeOf(token.permissions),
      ...(tenantId !== undefined && { tenantId }),
    });
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

function tokenOf({ authorizationToken, headers }: AuthorizerEvent): string {
  const inHeaders = Object.entries(headers ?? {}).find(
    ([name]) => name.toLowerCase() === 'authorization',
  );
  const token = bearerToken(authorizationToken ?? inHeaders?.[1]);
  if (token === undefined) throw new JwtParseError('there is no bearer token');
  return token;
}

function answer(token: VerifiedToken, methodArn: string): AuthorizerResult {
  const { principal, permissions } = token;
  const tenantId = permissions?.tenantId;
  return {
    principalId: principal,
    policyDocument: apiPolicy(permissions, methodArn),
    context: {
      ...tokenRemedy(token),
      loggedPrincipal: encodedForLog(principal),
      ...(tenantId !== undefined && { tenantId }),
    },
  };
}
