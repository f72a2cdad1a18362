/**
 * Who used a tenant's key. Invariant: events are read with a session of the path's tenant, which can read that
 * tenant's events only; the function's own role can read no events.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { auditQuery } from '../contract/audit.ts';
import { auditEnvironment, readEnvironment } from '../contract/environment.ts';
import { forbidden } from '../contract/problem.ts';
import { listEvents } from './audit/listing.ts';
import { tenantSessions } from './aws/tenant-sessions.ts';
import { type ApiRequest, apiHandler } from './http/api-handler.ts';
import { queryOf, tenantOfPath } from './http/request.ts';
import { json } from './http/response.ts';
import { validated } from './http/validation.ts';

const { AUDIT_TABLE_NAME: tableName, AUDIT_READER_ROLE_ARN: roleArn } =
  readEnvironment(auditEnvironment);
/** Clients of the table, each with a session that reads one tenant's events. */
const readerOf = tenantSessions(roleArn, ({ configuration, withPlugins }) =>
  DynamoDBDocumentClient.from(withPlugins(new DynamoDBClient(configuration), 'table')),
);

export const handler = apiHandler<'audit'>({
  async listEvents(request: ApiRequest) {
    const tenantId = readableTenant(request);
    const query = validated(auditQuery, queryOf(request.event), 'query');
    return json<'listEvents'>(
      200,
      await listEvents(readerOf(tenantId), tableName, tenantId, query),
    );
  },
});

/**
 * @returns the path's tenant
 * @throws Problem 403 where the token is another tenant's
 */
function readableTenant({ event }: ApiRequest): string {
  const tenantId = tenantOfPath(event);
  // An administrator's token names no tenant.
  const own: unknown = event.requestContext.authorizer?.tenantId;
  if (own !== undefined && own !== tenantId) throw forbidden();
  return tenantId;
}
