/**
 * Who used a tenant's key. Invariant: events are read with a session of the path's tenant, which can read that
 * tenant's events only, and which the session broker opens for the request's own token; the function's own role can
 * read no events.
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
import { json } from './http/response.ts';
import { validated } from './http/validation.ts';
import { tenantSessions } from './sessions/tenant-sessions.ts';

const environment = readEnvironment(auditEnvironment);
/** Clients of the table, each with a session that reads one tenant's events. */
const readerOf = tenantSessions(
  {
    plane: 'audit',
    brokerName: environment.SESSION_BROKER_NAME,
    issuers: environment.ISSUERS,
  },
  ({ configuration, withPlugins }) =>
    DynamoDBDocumentClient.from(withPlugins(new DynamoDBClient(configuration), 'table')),
);

export const handler = apiHandler<'audit'>({
  async listEvents({ event }: ApiRequest) {
    const tenantId = readableTenant(event);
    // Before anything else that may be refused: what is logged of a request names whose token was checked.
    const reader = await readerOf(bearerOf(event, tenantId));
    claimsOf(event);
    const query = validated(auditQuery, queryOf(event), 'query');
    const answer = eventAnswer(
      event,
      query,
      (page) => json<'listEvents'>(200, page),
      () => tenantId,
    );
    return answer(await listEvents(reader, environment.AUDIT_TABLE_NAME, tenantId, query));
  },
});

/**
 * @returns the path's tenant
 * @throws Problem 403 where the token is another tenant's
 */
function readableTenant(event: ApiRequest['event']): string {
  const tenantId = tenantOfPath(event);
  // An administrator's token names no tenant.
  const own: unknown = event.requestContext.authorizer?.tenantId;
  if (own !== undefined && own !== tenantId) throw forbidden();
  return tenantId;
}
