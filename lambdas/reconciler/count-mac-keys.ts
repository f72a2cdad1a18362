/**
 * Counts the keys of a tenant's macs that are not under the tenant's key yet, after a change of store. Invariant: the control plane
 * ends no previous key by a count from before the new key encrypts; after that it never grows.
 */
import { paginateQuery } from '@aws-sdk/lib-dynamodb';
import { partitionKey } from '../../contract/table-schema.ts';
import { unusedFrom } from '../tenants/lifecycle/previous-key.ts';
import type { TenantRow } from '../tenants/registry/tenant-row.ts';
import { attemptOrReport, type ReconcilerContext } from './context.ts';

/** @returns the row, with the count where it is new or of another time */
export async function countMacKeysLeft(
  context: ReconcilerContext,
  row: TenantRow,
): Promise<TenantRow> {
  const { tenantId, previousKey } = row;
  if (previousKey === undefined || previousKey.status !== undefined) return row;
  const subject = { kind: 'mac-keys', tenantId } as const;
  const counted = await attemptOrReport(context, subject, async () => {
    const countedAt = new Date().toISOString();
    const left = await macKeysLeft(context, row);
    const { macKeys } = previousKey;
    const from = unusedFrom(previousKey);
    const isFinal = macKeys !== undefined && Date.parse(macKeys.countedAt) >= from;
    if (macKeys?.left === left && (isFinal || Date.parse(countedAt) < from)) return row;
    const change = { previousKey: { ...previousKey, macKeys: { left, countedAt } } };
    return context.registry.change(row, change);
  });
  return counted ?? row;
}

/** A row of which nobody has written down the key is from before the first change (`lambdas/crypto/mac-key-rows.ts`). */
async function macKeysLeft(
  { table, macKeyTableName }: ReconcilerContext,
  { tenantId, keyName, keyArn }: TenantRow,
): Promise<number> {
  const own = keyName ?? keyArn;
  let left = 0;
  const pages = paginateQuery(
    { client: table },
    {
      TableName: macKeyTableName,
      KeyConditionExpression: `${partitionKey} = :tenantId`,
      ExpressionAttributeValues: { ':tenantId': tenantId },
      ProjectionExpression: 'keyName',
      ConsistentRead: true,
    },
  );
  for await (const { Items = [] } of pages) {
    left += Items.filter((item) => item.keyName !== own).length;
  }
  return left;
}
