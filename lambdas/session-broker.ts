/**
 * The session broker (a token vending machine): for a bearer token, a session of that token's tenant, or one that reads
 * events. Invariant: it opens no session on its caller's word. It checks the token itself, by the same module as the
 * authorizer, and only its role is trusted by the roles whose sessions it opens. No token and no credentials are in a log or an
 * error.
 */
import type { Context } from 'aws-lambda';
import { readEnvironment, sessionBrokerEnvironment } from '../contract/environment.ts';
import type { MetricName } from '../contract/metrics.ts';
import {
  type SessionAnswer,
  type SessionRequest,
  sessionRequest,
} from '../contract/session-broker.ts';
import { problemOfAwsError } from './aws/errors.ts';
import { log } from './observability/log.ts';
import { counting } from './observability/metrics.ts';
import { requestStats, withRequestStats } from './observability/request-stats.ts';
import { sessionOpener } from './session-broker/open-session.ts';
import { IssuerUnavailable, jwksCache } from './tokens/jwks-cache.ts';
import { refusalOf } from './tokens/refusals.ts';
import { opensSession } from './tokens/session-permission.ts';
import { type VerifiedToken, verifiedTokens } from './tokens/verified-token.ts';

const environment = readEnvironment(sessionBrokerEnvironment);
const keys = jwksCache(environment.ISSUERS);
const verified = verifiedTokens(environment.ISSUERS, keys);
const openSession = sessionOpener();
const roleArns = {
  crypto: environment.TENANT_ROLE_ARN,
  audit: environment.AUDIT_READER_ROLE_ARN,
  'audit-all': environment.ALL_EVENTS_READER_ROLE_ARN,
} as const satisfies Record<SessionRequest['plane'], string>;

/** How it ended, with what the log says of it besides. */
interface Ending {
  readonly answer: SessionAnswer;
  readonly principal?: string;
  readonly reason?: string;
  /** whose keys cannot be read, and why */
  readonly issuer?: string;
  readonly fault?: string;
}

/** @throws Error for an event that asks for no session, and where a policy keeps the broker from opening one */
export async function handler(event: unknown, context: Context): Promise<SessionAnswer> {
  const request = sessionRequest.safeParse(event);
  if (!request.success) throw new Error('the event must be { plane, token, tenantId }');
  return withRequestStats(context, () => answer(request.data, context.awsRequestId));
}

async function answer(request: SessionRequest, requestId: string): Promise<SessionAnswer> {
  const write = (level: 'INFO' | 'WARN' | 'ERROR', fields: object) =>
    log(level, {
      message: 'session',
      requestId,
      plane: request.plane,
      tenantId: request.tenantId,
      ...fields,
      durationInMs: Math.round(requestStats()?.durationMs ?? 0),
      ...counts(),
    });
  try {
    const { answer: given, ...details } = await sessionFor(request);
    write(given.outcome === 'opened' ? 'INFO' : 'WARN', { outcome: given.outcome, ...details });
    return given;
  } catch (error) {
    write('ERROR', { outcome: 'failed', error: (error as Error)?.name });
    throw error;
  }
}

async function sessionFor({ plane, token, tenantId }: SessionRequest): Promise<Ending> {
  let bearer: VerifiedToken;
  try {
    bearer = await verified(token);
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
  if (!opensSession(permissions, plane, tenantId)) {
    return { answer: { outcome: 'forbidden' }, principal, reason: 'permissions' };
  }
  // The keys that have just counted may have become too old meanwhile.
  if (jwks === undefined) return unavailable('issuer-unavailable');
  try {
    const credentials = await openSession(roleArns[plane], tenantId);
    const answer = { outcome: 'opened', tenantId, credentials, issuer, jwks } as const;
    return { answer, principal };
  } catch (error) {
    if (problemOfAwsError(error)?.status !== 503) throw error;
    return { ...unavailable((error as Error).name), principal };
  }
}

/** Attempts at STS, and of these the throttled ones, as metrics. */
function counts() {
  const { counts: of = {} } = requestStats() ?? {};
  const names = Object.keys(of) as MetricName[];
  return names.length === 0 ? {} : { ...of, ...counting(names) };
}

const unavailable = (reason: string): Ending => ({ answer: { outcome: 'unavailable' }, reason });
