/**
 * Whose key a key is. Invariant: the registry alone says so, but of a key so new that its row does not: that one
 * is whose the control plane made it for. What others tag or name their keys makes them nobody's.
 */
import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { keyArnIndex } from '../../contract/table-schema.ts';
import { sideBySide } from '../aws/concurrency.ts';

/** A key's tenant never changes, but a key that is nobody's yet may become one's. */
const nobodysForMs = 60_000;
/** Beyond it, those asked about longest ago are forgotten. */
const most = 10_000;

export interface KeyOwners {
  /** @returns the tenants of those keys that have one */
  find(keyArns: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** of a key that the control plane has just made */
  learn(keyArn: string, tenantId: string): void;
}

/** Of the index. */
const readsAtOnce = 16;

export function keyOwners(
  client: DynamoDBClient,
  tableName: string,
  now: () => number = Date.now,
): KeyOwners {
  const owners = new Map<string, { readonly tenantId?: string; readonly goodUntil: number }>();

  function keep(keyArn: string, tenantId: string | undefined): void {
    const goodUntil = tenantId === undefined ? now() + nobodysForMs : Number.POSITIVE_INFINITY;
    owners.delete(keyArn);
    owners.set(keyArn, { goodUntil, ...(tenantId !== undefined && { tenantId }) });
    if (owners.size > most) owners.delete(owners.keys().next().value as string);
  }

  return {
    async find(keyArns) {
      const asked = [...new Set(keyArns)];
      const unknown = asked.filter((arn) => !((owners.get(arn)?.goodUntil ?? 0) > now()));
      // Beside the memory, which may forget one before the last is found.
      const found = new Map(asked.map((arn) => [arn, owners.get(arn)?.tenantId]));
      await sideBySide(unknown.values(), readsAtOnce, async (arn) => {
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
