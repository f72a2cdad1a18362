/** Where a tenant's baseline is in the audit table; a slash is in no tenant id. */

/** What the partition keys of all baselines, and no other ones, begin with: the function's role rests on it. */
export const baselinePrefix = 'baseline/';

export const baselineKey = (tenantId: string) =>
  ({ tenantId: `${baselinePrefix}${tenantId}`, eventKey: 'decrypts' }) as const;
