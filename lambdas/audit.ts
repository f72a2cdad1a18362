/**
 * Who used a tenant's key. Invariant: events are read with a session of the tenant whom the path names, which
 * can read that tenant's events only; the function itself can read nobody's.
 */

import { auditQuery } from '../contract/audit.ts';
import { auditEnvironment, readEnvironment } from '../contract/environment.ts';
import { forbidden } from '../contract/problem.ts';
import { listEvents } from './audit/listing.ts';
import { auditReaderSessions } from './audit/session.ts';
import { type ApiRequest, apiHandler } from './http/api-handler.ts';
import { queryOf, tenantOfPath } from './http/request.ts';
import { json } from './http/response.ts';
import { validated } from './http/validation.ts';

const { AUDIT_TABLE_NAME: tableName, AUDIT_READER_ROLE_ARN: roleArn } =
  readEnvironment(auditEnvironment);
const readerOf = auditReaderSessions(roleArn);

export const handler = apiHandler<'audit'>({
  async listEvents(request: ApiRequest) {
    const tenantId = readableTenant(request);
    const query = validated(auditQuery, queryOf(request.event), 'query');
    return json(200, await listEvents(readerOf(tenantId), tableName, tenantId, query));
  },
});

/**
 * @returns the path's tenant
 * @throws Problem 403 where the token is another tenant's
 */
function readableTenant({ event }: ApiRequest): string {
  const tenantId = tenantOfPath(event);
  // An administrator's token has none.
  const own: unknown = event.requestContext.authorizer?.tenantId;
  if (own !== undefined && own !== tenantId) throw forbidden();
  return tenantId;
}
