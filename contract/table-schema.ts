/** The names in the tables: the stack makes the tables with them, and the functions read and write rows by them. */

/** The partition key of all tables; in a tenant's rows the tenant id alone, for the roles' `dynamodb:LeadingKeys`. */
export const partitionKey = 'tenantId';

/** The registry's index that finds the tenant of a key, and the attribute that is its partition key. */
export const keyArnIndex = 'keyArn';

/** Of the audit table. */
export const sortKey = 'eventKey';

/** Of the table of mac keys. */
export const macKeySortKey = 'purpose';

export type AuditKey = Readonly<Record<typeof partitionKey | typeof sortKey, string>>;

/**
 * The key condition for a tenant's events from a time to another. The sort key of an event begins with its time and
 * is longer, so it sorts after that time alone: an event at `:to` is not in the range.
 */
export const eventsBetween = `${partitionKey} = :tenantId AND ${sortKey} BETWEEN :from AND :to`;

/**
 * The audit table's index over all tenants' events. DynamoDB sorts within a partition only and takes 1,000 writes of 1 kB
 * a second for one, so the events are spread over a few, and whoever reads them merges these. Events alone have the
 * attributes; what has them not is not in the index.
 */
export const allEventsIndex = 'allEvents';

export const allEventsKey = {
  /** one of `allEventsShards` */
  partition: 'eventShard',
  /** the sort key and the tenant: no two rows have the same */
  sort: 'eventOrder',
} as const;

/**
 * The API takes 2,000 requests a second (lib/api, throttling), each an event, with as many calls of KMS again, at up to 2 kB:
 * 8,000 writes of 1 kB. An index that takes no more slows the table down with it (Developer Guide, "Understanding
 * DynamoDB throttling", back-pressure); the indexer then comes again. With more, the events of before are where they were.
 */
const shardCount = 8;

/** No tenant id has a slash, so none is the value of `dynamodb:LeadingKeys` that a tenant's reader may ask for. */
export const allEventsShards: readonly string[] = Array.from(
  { length: shardCount },
  (_, shard) => `all/${shard}`,
);

/** Epoch seconds after which DynamoDB deletes a row of the audit table. */
export const expiryAttribute = 'expiresAt';

/** The partition keys of all baselines begin with it, and no others do: the function's role rests on it. */
export const baselinePrefix = 'baseline/';

/** @returns the key of a tenant's baseline in the audit table; it is no tenant's, since no tenant id has a slash */
export const baselineKey = (tenantId: string) =>
  ({ tenantId: `${baselinePrefix}${tenantId}`, eventKey: 'decrypts' }) as const satisfies AuditKey;

/** The partition of the audit's events that are about no tenant: no tenant id has a slash, nor has a session's name. */
export const stackPartition = 'stack/';
