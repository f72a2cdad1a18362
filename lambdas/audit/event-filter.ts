/** Which rows a query wants, as DynamoDB decides it. Invariant: names are ours, values are handed over apart. */
import { type AuditQuery, auditFilters } from '../../contract/audit-query.ts';
import type { PageWanted } from './event-page.ts';

/** The product's own routine reads, which are left out unless they are asked for. */
const routine = 'routine';

export function eventFilter(query: AuditQuery): PageWanted['filter'] {
  const given = auditFilters.filter((name) => query[name] !== undefined);
  const conditions = given.map((name) => `#${name} = :${name}`);
  // No row of another kind has the attribute.
  if (!query.routine) conditions.push(`attribute_not_exists(#${routine})`);
  const names = query.routine ? given : [...given, routine];
  return {
    ...(conditions.length > 0 && { FilterExpression: conditions.join(' AND ') }),
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(given.map((name) => [`:${name}`, query[name]])),
  };
}
