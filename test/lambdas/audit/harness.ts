/** A table of events on this machine, and a client that counts its reads. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { AuditEvent } from '../../../contract/audit.ts';
import { type AuditRow, auditRow } from '../../../lambdas/audit/audit-row.ts';
import { auditTableName, openLocalAws } from '../../harness/local-aws.ts';

export async function openTable() {
  let reads = 0;
  const { configuration, close } = await openLocalAws(({ operation }) => {
    if (operation === 'Query') reads += 1;
  });
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(configuration));

  async function write(rows: readonly AuditRow[]) {
    for (let at = 0; at < rows.length; at += 25) {
      const puts = rows.slice(at, at + 25).map((Item) => ({ PutRequest: { Item } }));
      await client.send(new BatchWriteCommand({ RequestItems: { [auditTableName]: puts } }));
    }
  }

  return {
    client,
    tableName: auditTableName,
    write,
    writeEvents: (tenantId: string, events: readonly AuditEvent[]) =>
      write(events.map((event) => auditRow(tenantId, event, 30))),
    /** @returns how many reads it takes */
    async readsOf(work: () => Promise<unknown>): Promise<number> {
      const before = reads;
      await work();
      return reads - before;
    },
    close,
  };
}

export type TestTable = Awaited<ReturnType<typeof openTable>>;
