/**
 * Whose key a key is. Invariant: the registry alone says so, but of a key so new that its row does not: that one
 * is whose the control plane made it for. What others tag or name their keys makes them nobody's.
 */
import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { keyArnIndex } from '../../contract/table-schema.ts';
import { forEachConcurrently } from '../aws/concurrency.ts';
import { LruMap } from '../caching/lru-map.ts';

/** A key's tenant never changes, but a key that is nobody's yet may become one's. */
const nobodysForMs = 60_000;
/** Beyond it, those asked about longest ago are forgotten. */
const maxEntries = 10_000;

export interface KeyOwners {
  /** @returns the tenants of those keys that have one */
  find(keyArns: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** of a key that the control plane has just made */
  learn(keyArn: string, tenantId: string): void;
}

/** reads of the index at a time */
const readConcurrency = 16;

interface Owner {
  readonly tenantId?: string;
  /** epoch milliseconds */
  readonly goodUntil: number;
}

export function keyOwners(
  client: DynamoDBClient,
  tableName: string,
  now: () => number = Date.now,
): KeyOwners {
  const owners = new LruMap<string, Owner>(maxEntries);

  function keep(keyArn: string, tenantId: string | undefined): void {
    const goodUntil = tenantId === undefined ? now() + nobodysForMs : Number.POSITIVE_INFINITY;
    owners.set(keyArn, { goodUntil, ...(tenantId !== undefined && { tenantId }) });
  }

  return {
    async find(keyArns) {
      const asked = [...new Set(keyArns)];
      const unknown = asked.filter((arn) => !((owners.get(arn)?.goodUntil ?? 0) > now()));
      // Beside the memory, which may forget one before the last is found.
      const found = new Map(asked.map((arn) => [arn, owners.get(arn)?.tenantId]));
      await forEachConcurrently(unknown, readConcurrency, async (arn) => {
        const tenantId = await ownerOf(client, tableName, arn);
        keep(arn, tenantId);
        found.set(arn, tenantId);
      });
      return new Map([...found].filter((pair): pair is [string, string] => pair[1] !== undefined));
    },
    learn: keep,
  };
}

async function ownerOf(client: DynamoDBClient, tableName: string, keyArn: string) {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: tableName,
      IndexName: keyArnIndex,
      KeyConditionExpression: 'keyArn = :keyArn',
      ExpressionAttributeValues: { ':keyArn': { S: keyArn } },
    }),
  );
  const tenantIds = Items.flatMap((item) => item.tenantId?.S ?? []);
  // Two rows that name one key are a fault of the table's: nobody is shown what may be another's.
  return tenantIds.length === 1 ? tenantIds[0] : undefined;
}
