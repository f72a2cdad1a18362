/**
 * Who used which key. Invariant: events are read with a session that the session broker opens for the request's own
 * token: of the path's tenant, which can read that tenant's events only, or for all tenants of a token that names none;
 * the function's own role can read no events.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { auditQuery } from '../contract/audit-query.ts';
import { auditEnvironment, readEnvironment } from '../contract/environment.ts';
import { forbidden } from '../contract/problem.ts';
import { eventAnswer } from './audit/event-answer.ts';
import { listEvents } from './audit/listing.ts';
import { type ApiRequest, apiHandler } from './http/api-handler.ts';
import { claimsOf } from './http/claims.ts';
import { bearerOf, queryOf, tenantOfPath } from './http/request.ts';
import { validated } from './http/validation.ts';
import { type SessionParts, tenantSessions } from './sessions/tenant-sessions.ts';

const environment = readEnvironment(auditEnvironment);
const sessions = {
  brokerName: environment.SESSION_BROKER_NAME,
  issuers: environment.ISSUERS,
} as const;
const tableClient = ({ configuration, withPlugins }: SessionParts) =>
  DynamoDBDocumentClient.from(withPlugins(new DynamoDBClient(configuration), 'table'));
/** Clients of the table, each with a session that reads one tenant's events. */
const readerOf = tenantSessions({ ...sessions, plane: 'audit' }, tableClient);
/** With a session that reads the index of all tenants' events. */
const readerOfAll = tenantSessions({ ...sessions, plane: 'audit-all' }, tableClient);

export const handler = apiHandler<'audit'>({
  listEvents: ({ event }) => list(event, readableTenant(event), readerOf),
  async listAllEvents({ event }) {
    // The session broker would refuse it too.
    if (ownTenant(event) !== undefined) throw forbidden();
    return list(event, undefined, readerOfAll);
  },
});

async function list(
  event: ApiRequest['event'],
  tenantId: string | undefined,
  sessionOf: typeof readerOf,
) {
  // Before anything else that may be refused: what is logged of a request names whose token was checked.
  const reader = await sessionOf(bearerOf(event, tenantId));
  claimsOf(event);
  const query = validated(auditQuery, queryOf(event), 'query');
  const answer = eventAnswer(event, query);
  return answer(await listEvents(reader, environment.AUDIT_TABLE_NAME, tenantId, query));
}

/**
 * @returns the path's tenant
 * @throws Problem 403 where the token is another tenant's
 */
function readableTenant(event: ApiRequest['event']): string {
  const tenantId = tenantOfPath(event);
  const own = ownTenant(event);
  if (own !== undefined && own !== tenantId) throw forbidden();
  return tenantId;
}

/** An administrator's and an auditor's token name no tenant. */
const ownTenant = ({ requestContext }: ApiRequest['event']): unknown =>
  requestContext.authorizer?.tenantId;
