import type { APIGatewayProxyEvent } from 'aws-lambda';
import { invalidTenantId } from '../../contract/problem.ts';
import { tenantId } from '../../contract/tenant-id.ts';

/**
 * @returns the tenant id of the path
 * @throws Problem 400 where there is none, or none that a tenant may have
 */
export function tenantOfPath(event: APIGatewayProxyEvent): string {
  const parsed = tenantId.safeParse(event.pathParameters?.tenantId);
  if (!parsed.success) throw invalidTenantId();
  return parsed.data;
}
