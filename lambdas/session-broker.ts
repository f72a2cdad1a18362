/**
 * The session broker (a token vending machine): for a bearer token, a session of that token's tenant, one that reads
 * events, or a token of our own that names the tenant to a key store; for an administrator's, a verdict on a key in a tenant's
 * own account. Invariant: it does nothing on its caller's word. It checks the token itself, by the same module as the
 * authorizer, and only its role is trusted by the roles whose sessions it opens. No token and no credentials are in a log or an
 * error, and none in a verdict.
 */
import type { Context } from 'aws-lambda';
import { readEnvironment, sessionBrokerEnvironment } from '../contract/environment.ts';
import {
  type ChallengeAnswer,
  type ChallengeRequest,
  challengeRequest,
} from '../contract/external-challenge.ts';
import { type IdentityTokenRequest, identityTokenRequest } from '../contract/identity-token.ts';
import type { PublicJwks } from '../contract/jwks.ts';
import type { MetricName } from '../contract/metrics.ts';
import {
  type IdentityTokenAnswer,
  type SessionAnswer,
  type SessionRefusal,
  type SessionRequest,
  sessionRequest,
} from '../contract/session-broker.ts';
import { problemOfAwsError } from './aws/errors.ts';
import { log } from './observability/log.ts';
import { counting } from './observability/metrics.ts';
import { requestStats, withRequestStats } from './observability/request-stats.ts';
import type { IssuedToken, Named, OwnIssuer } from './session-broker/identity-token.ts';
import { sessionOpener } from './session-broker/open-session.ts';
import { IssuerUnavailable, jwksCache } from './tokens/jwks-cache.ts';
import type { Permissions } from './tokens/permissions.ts';
import { refusalOf } from './tokens/refusals.ts';
import { asksForChallenge, opensSession } from './tokens/session-permission.ts';
import { type VerifiedToken, verifiedTokens } from './tokens/verified-token.ts';

const environment = readEnvironment(sessionBrokerEnvironment);
const keys = jwksCache(environment.ISSUERS);
const verified = verifiedTokens(environment.ISSUERS, keys);
const openSession = sessionOpener();
let issueToken: Promise<(named: Named) => Promise<IssuedToken>> | undefined;
const roleArns = {
  crypto: environment.TENANT_ROLE_ARN,
  audit: environment.AUDIT_READER_ROLE_ARN,
  'audit-all': environment.ALL_EVENTS_READER_ROLE_ARN,
} as const satisfies Record<SessionRequest['plane'], string>;

type BrokerRequest = SessionRequest | IdentityTokenRequest | ChallengeRequest;
type BrokerAnswer = SessionAnswer | IdentityTokenAnswer | ChallengeAnswer;

/** How it ended, with what the log says of it besides. */
interface Ending<Answer = BrokerAnswer> extends Partial<IssuedToken['record']> {
  readonly answer: Answer;
  readonly principal?: string;
  readonly reason?: string;
  /** whose keys cannot be read, and why */
  readonly issuer?: string;
  readonly fault?: string;
  /** checks of a challenge that were not passed */
  readonly failed?: readonly string[];
}

/** Whose keys were checked by, for a session's caller to go on with. */
interface Allowed {
  readonly principal: string;
  readonly issuer: string;
  readonly jwks: PublicJwks;
}

/** @throws Error for an event that asks for none of these, and where a policy keeps the broker from giving it */
export async function handler(event: unknown, context: Context): Promise<BrokerAnswer> {
  const token = identityTokenRequest.safeParse(event);
  const challenge = challengeRequest.safeParse(event);
  const session = sessionRequest.safeParse(event);
  const request = [token, challenge, session].find(({ success }) => success);
  if (!request?.success) throw new Error('the event must be { plane or wants, token, tenantId }');
  return withRequestStats(context, () => answer(request.data, context.awsRequestId));
}

async function answer(request: BrokerRequest, requestId: string): Promise<BrokerAnswer> {
  const { token: _, ...asked } = request;
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

async function endingOf(request: BrokerRequest): Promise<Ending> {
  const checked = await checkedBearer(request);
  if ('answer' in checked) return checked;
  const { principal } = checked;
  try {
    return { ...(await ending(request, checked)), principal };
  } catch (error) {
    if (problemOfAwsError(error)?.status !== 503) throw error;
    return { ...unavailable((error as Error).name), principal };
  }
}

function ending(request: BrokerRequest, checked: Allowed): Promise<Ending> {
  if ('wants' in request) return identityToken(request);
  return 'keyArn' in request ? verdict(request) : session(request, checked);
}

/** Who may have a session that uses the key of a tenant may say to another store who that tenant is, and nobody else. */
function mayHave(permissions: Permissions | undefined, request: BrokerRequest): boolean {
  if ('wants' in request) return opensSession(permissions, 'crypto', request.tenantId);
  if ('keyArn' in request) return asksForChallenge(permissions);
  return opensSession(permissions, request.plane, request.tenantId);
}

async function checkedBearer(request: BrokerRequest): Promise<Allowed | Ending<SessionRefusal>> {
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

async function identityToken({ tenantId, keyStore }: IdentityTokenRequest): Promise<Ending> {
  issueToken ??= identityTokensOf(ownIssuer());
  const issue = await issueToken;
  const { identityToken: issued, record } = await issue({ tenantId, keyStore });
  return { answer: { outcome: 'issued', tenantId, identityToken: issued }, ...record };
}

/** Loaded for this alone: sessions are asked for with every request. */
async function verdict({ tenantId, keyArn }: ChallengeRequest): Promise<Ending> {
  const { challengeKey } = await import('./session-broker/key-challenge.ts');
  const options = { tenantRoleArn: roleArns.crypto, openSession };
  const judged = await challengeKey({ tenantId, keyArn }, options);
  return { answer: { outcome: 'judged', ...judged }, failed: judged.failed };
}

/** On demand, since a stack without such a key store has no use for it. */
async function identityTokensOf(issuer: OwnIssuer) {
  const { identityTokens } = await import('./session-broker/identity-token.ts');
  return identityTokens(issuer);
}

/** @throws Error where the stack has no key store that takes its tokens */
function ownIssuer(): OwnIssuer {
  const {
    OWN_ISSUER: issuer,
    OWN_ISSUER_KEY_ARN: keyArn,
    OWN_ISSUER_AUDIENCES: audiences,
  } = environment;
  if (issuer === undefined || keyArn === undefined || audiences === undefined) {
    throw new Error('the stack has no issuer of its own');
  }
  return { issuer, keyArn, audiences };
}

/** Attempts at AWS, and of these the throttled ones, as metrics. */
function counts() {
  const { counts: of = {} } = requestStats() ?? {};
  const names = Object.keys(of) as MetricName[];
  return names.length === 0 ? {} : { ...of, ...counting(names) };
}

const unavailable = (reason: string): Ending<SessionRefusal> => ({
  answer: { outcome: 'unavailable' },
  reason,
});
