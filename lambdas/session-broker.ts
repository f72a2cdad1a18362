/**
 * The session broker (a token vending machine): for a bearer token, a session of that token's tenant, one that reads
 * events, or a token of our own that names the tenant to a key store; for an administrator's, a verdict on a key in a
 * tenant's own account; for a function's signature, a token of our own that names the function. Invariant: it does
 * nothing on its caller's word. It checks the token itself, by the same module as the authorizer, and only its role is
 * trusted by the roles whose sessions it opens. No token and no credentials are in a log or an error, and none in a
 * verdict.
 */
import type { Context } from 'aws-lambda';
import { readEnvironment, sessionBrokerEnvironment } from '../contract/environment.ts';
import { type ChallengeRequest, challengeRequest } from '../contract/external-challenge.ts';
import { type FunctionTokenRequest, functionTokenRequest } from '../contract/function-token.ts';
import { type IdentityTokenRequest, identityTokenRequest } from '../contract/identity-token.ts';
import type { PublicJwks } from '../contract/jwks.ts';
import type { MetricName } from '../contract/metrics.ts';
import {
  type SessionRefusal,
  type SessionRequest,
  sessionRequest,
} from '../contract/session-broker.ts';
import { problemOfAwsError } from './aws/errors.ts';
import { log } from './observability/log.ts';
import { counting } from './observability/metrics.ts';
import { requestStats, withRequestStats } from './observability/request-stats.ts';
import { type BrokerAnswer, type Ending, unavailable } from './session-broker/ending.ts';
import { sessionOpener } from './session-broker/open-session.ts';
import type { OwnIssuer } from './session-broker/own-issuer.ts';
import { IssuerUnavailable, jwksCache } from './tokens/jwks-cache.ts';
import type { Permissions } from './tokens/permissions.ts';
import { refusalOf } from './tokens/refusals.ts';
import { asksForChallenge, opensSession } from './tokens/session-permission.ts';
import { type VerifiedToken, verifiedTokens } from './tokens/verified-token.ts';

const environment = readEnvironment(sessionBrokerEnvironment);
const keys = jwksCache(environment.ISSUERS);
const verified = verifiedTokens(environment.ISSUERS, keys);
const openSession = sessionOpener();
let issuer: Promise<OwnIssuer> | undefined;
const roleArns = {
  crypto: environment.TENANT_ROLE_ARN,
  audit: environment.AUDIT_READER_ROLE_ARN,
  'audit-all': environment.ALL_EVENTS_READER_ROLE_ARN,
} as const satisfies Record<SessionRequest['plane'], string>;

type BearersRequest = SessionRequest | IdentityTokenRequest | ChallengeRequest;
type BrokerRequest = BearersRequest | FunctionTokenRequest;

/** Whose keys were checked by, for a session's caller to go on with. */
interface Allowed {
  readonly principal: string;
  readonly issuer: string;
  readonly jwks: PublicJwks;
}

/** @throws Error for an event that asks for none of these, and where a policy keeps the broker from giving it */
export async function handler(event: unknown, context: Context): Promise<BrokerAnswer> {
  const request = [identityTokenRequest, functionTokenRequest, challengeRequest, sessionRequest]
    .map((schema) => schema.safeParse(event))
    .find(({ success }) => success);
  if (!request?.success) throw new Error('the event must be { plane or wants, token, tenantId }');
  return withRequestStats(context, () => answer(request.data, context.awsRequestId));
}

async function answer(request: BrokerRequest, requestId: string): Promise<BrokerAnswer> {
  const asked = withoutProof(request);
  const write = (level: 'INFO' | 'WARN' | 'ERROR', fields: object) =>
    log(level, {
      message: 'session',
      requestId,
      ...asked,
      ...fields,
      durationInMs: Math.round(requestStats()?.durationMs ?? 0),
      ...counts(),
    });
  try {
    const { answer: given, ...details } = await endingOf(request);
    const isGiven = ['opened', 'issued', 'judged'].includes(given.outcome);
    write(isGiven ? 'INFO' : 'WARN', { outcome: given.outcome, ...details });
    return given;
  } catch (error) {
    write('ERROR', { outcome: 'failed', error: (error as Error)?.name });
    throw error;
  }
}

/** Of what proves who asks nothing is in a log. */
function withoutProof(request: BrokerRequest): object {
  if ('signed' in request) return { wants: request.wants };
  const { token: _, ...asked } = request;
  return asked;
}

async function endingOf(request: BrokerRequest): Promise<Ending> {
  if ('signed' in request) return unlessAwsIsDown((await tokensOfOurs()).ofFunction(request));
  const checked = await checkedBearer(request);
  if ('answer' in checked) return checked;
  const { principal } = checked;
  return { ...(await unlessAwsIsDown(ending(request, checked))), principal };
}

async function unlessAwsIsDown(ending: Promise<Ending>): Promise<Ending> {
  try {
    return await ending;
  } catch (error) {
    if (problemOfAwsError(error)?.status !== 503) throw error;
    return unavailable((error as Error).name);
  }
}

async function ending(request: BearersRequest, checked: Allowed): Promise<Ending> {
  if ('wants' in request) return (await tokensOfOurs()).ofTenant(request);
  return 'keyArn' in request ? verdict(request) : session(request, checked);
}

/** Who may have a session that uses the key of a tenant may say to another store who that tenant is, and nobody else. */
function mayHave(permissions: Permissions | undefined, request: BearersRequest): boolean {
  if ('wants' in request) return opensSession(permissions, 'crypto', request.tenantId);
  if ('keyArn' in request) return asksForChallenge(permissions);
  return opensSession(permissions, request.plane, request.tenantId);
}

async function checkedBearer(request: BearersRequest): Promise<Allowed | Ending<SessionRefusal>> {
  let bearer: VerifiedToken;
  try {
    bearer = await verified(request.token);
  } catch (error) {
    if (error instanceof IssuerUnavailable) {
      const { fault } = error.of;
      const answer = { outcome: 'unavailable', fault } as const;
      return { answer, reason: 'issuer-unavailable', ...error.of };
    }
    return { answer: { outcome: 'unauthorized' }, reason: refusalOf(error) };
  }
  const { issuer, principal, permissions } = bearer;
  const jwks = keys.current(issuer);
  if (!mayHave(permissions, request)) {
    return { answer: { outcome: 'forbidden' }, principal, reason: 'permissions' };
  }
  // The keys that have just counted may have become too old meanwhile.
  if (jwks === undefined) return unavailable('issuer-unavailable');
  return { principal, issuer, jwks };
}

async function session(
  { plane, tenantId }: SessionRequest,
  { issuer, jwks }: Allowed,
): Promise<Ending> {
  const credentials = await openSession(roleArns[plane], tenantId);
  return { answer: { outcome: 'opened', tenantId, credentials, issuer, jwks } };
}

/** Loaded for this alone: sessions are asked for with every request. */
async function verdict({ tenantId, keyArn }: ChallengeRequest): Promise<Ending> {
  const { challengeKey } = await import('./session-broker/key-challenge.ts');
  const options = { tenantRoleArn: roleArns.crypto, openSession };
  const judged = await challengeKey({ tenantId, keyArn }, options);
  return { answer: { outcome: 'judged', ...judged }, failed: judged.failed };
}

/** On demand, since a stack without a key store that takes them has no use for it. */
async function openIssuer(): Promise<OwnIssuer> {
  const { ownIssuer } = await import('./session-broker/own-issuer.ts');
  return ownIssuer(environment, process.env.AWS_LAMBDA_FUNCTION_NAME ?? '');
}

function tokensOfOurs(): Promise<OwnIssuer> {
  issuer ??= openIssuer();
  return issuer;
}

/** Attempts at AWS, and of these the throttled ones, as metrics. */
function counts() {
  const { counts: of = {} } = requestStats() ?? {};
  const names = Object.keys(of) as MetricName[];
  return names.length === 0 ? {} : { ...of, ...counting(names) };
}
