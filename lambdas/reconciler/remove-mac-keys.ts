/**
 * Removes what an erased tenant has left in the table of mac keys. Invariant: only where the key store has no such key
 * any more, whatever the row says: then nothing can unwrap these, and this is for the names of purposes. Only where the key is
 * the tenant's own, and stays, the row alone decides. Looked for at every
 * thorough invocation, since a session of the tenant's may outlive the erasure by an hour.
 */
import { DeleteCommand, paginateQuery } from '@aws-sdk/lib-dynamodb';
import { macKeySortKey, partitionKey } from '../../contract/table-schema.ts';
import type { TenantRow } from '../tenants/registry/tenant-row.ts';
import { attemptOrReport, type ReconcilerContext } from './context.ts';

export async function removeMacKeysOf(context: ReconcilerContext, row: TenantRow): Promise<void> {
  const { keyArn } = row;
  if (keyArn !== undefined && !context.keyArns.has(keyArn)) await removeMacKeys(context, row);
}

/** @param row of an erased tenant whose key is gone */
export async function removeMacKeys(
  context: ReconcilerContext,
  { tenantId, keyArn }: TenantRow,
): Promise<void> {
  const subject = { kind: 'mac-keys', tenantId, keyArn } as const;
  const removed = await attemptOrReport(context, subject, () => removeRows(context, tenantId));
  if (removed === undefined || removed === 0) return;
  const detail = `The tenant is ERASED: its keys for macs of ${removed} purposes are removed.`;
  context.findings.add({ ...subject, outcome: 'repaired', detail });
}

/** @returns how many */
async function removeRows(
  { table, macKeyTableName, lastStart }: ReconcilerContext,
  tenantId: string,
): Promise<number> {
  let removed = 0;
  const pages = paginateQuery(
    { client: table },
    {
      TableName: macKeyTableName,
      KeyConditionExpression: `${partitionKey} = :tenantId`,
      ExpressionAttributeValues: { ':tenantId': tenantId },
      ProjectionExpression: `${partitionKey}, ${macKeySortKey}`,
    },
  );
  for await (const { Items = [] } of pages) {
    for (const Key of Items) {
      // The rest is removed by a later invocation.
      if (Date.now() > lastStart) return removed;
      await table.send(new DeleteCommand({ TableName: macKeyTableName, Key }));
      removed += 1;
    }
  }
  return removed;
}
