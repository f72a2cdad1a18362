/** What the stack makes the tables with, and the functions read and write them by. */

/** The registry's index by which the tenant of a key is found; its partition key is `keyArn`. */
export const keyArnIndex = 'keyArn';

/** Epoch seconds after which DynamoDB deletes a row of the audit table. */
export const expiryAttribute = 'expiresAt';

/** What the partition keys of all baselines, and no other ones, begin with: the function's role rests on it. */
export const baselinePrefix = 'baseline/';

/** Where a tenant's baseline is in the audit table; a slash is in no tenant id. */
export const baselineKey = (tenantId: string) =>
  ({ tenantId: `${baselinePrefix}${tenantId}`, eventKey: 'decrypts' }) as const;
