/** Which rows a query wants, as DynamoDB decides it. Invariant: names are ours, values are handed over apart. */
import { type AuditQuery, auditFilters } from '../../contract/audit-query.ts';
import { baselinePrefix, partitionKey } from '../../contract/table-schema.ts';
import type { Whose } from './event-cursor.ts';
import type { PageWanted } from './event-page.ts';

/** The product's own routine reads, which are left out unless they are asked for. */
const routine = 'routine';

/**
 * Who keeps baselines in the same table may give them any attributes, those of the index too. In a tenant's own partition
 * there are none.
 */
const noBaselines = {
  condition: 'NOT begins_with(#partition, :baselines)',
  names: { '#partition': partitionKey },
  values: { ':baselines': baselinePrefix },
} as const;

export function eventFilter(query: AuditQuery, whose: Whose): PageWanted['filter'] {
  const ofAll = whose === undefined ? noBaselines : undefined;
  const given = auditFilters.filter((name) => query[name] !== undefined);
  const conditions = [
    ...given.map((name) => `#${name} = :${name}`),
    // No row of another kind has the attribute.
    ...(query.routine ? [] : [`attribute_not_exists(#${routine})`]),
    ...(ofAll ? [ofAll.condition] : []),
  ];
  const names = query.routine ? given : [...given, routine];
  return {
    ...(conditions.length > 0 && { FilterExpression: conditions.join(' AND ') }),
    ExpressionAttributeNames: {
      ...Object.fromEntries(names.map((name) => [`#${name}`, name])),
      ...ofAll?.names,
    },
    ExpressionAttributeValues: {
      ...Object.fromEntries(given.map((name) => [`:${name}`, query[name]])),
      ...ofAll?.values,
    },
  };
}
