/**
 * Which tenant a key belongs to. Invariant: only the registry decides, except for a key so new that no row names it:
 * that one belongs to the tenant that the control plane created it for. Tags and aliases that somebody else gives a
 * key do not count.
 */
import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { keyArnIndex } from '../../contract/table-schema.ts';
import { forEachConcurrently } from '../aws/concurrency.ts';
import { LruMap } from '../caching/lru-map.ts';

/** A key's tenant never changes, but a key without a tenant may get one. */
const unownedForMs = 60_000;
/** Beyond it, the key that was asked about longest ago is forgotten. */
const maxKeys = 10_000;
/** Of queries of the registry's index. */
const queryConcurrency = 16;

export interface KeyOwners {
  /** @returns the tenant id of each key that has one, by key ARN */
  find(keyArns: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** takes over the tenant of a key that the control plane has just created */
  learn(keyArn: string, tenantId: string): void;
}

interface Owner {
  /** undefined where the key belongs to no tenant */
  readonly tenantId: string | undefined;
  /** epoch milliseconds */
  readonly goodUntil: number;
}

export function keyOwners(
  client: DynamoDBDocumentClient,
  tableName: string,
  now: () => number = Date.now,
): KeyOwners {
  const owners = new LruMap<string, Owner>(maxKeys);

  function keep(keyArn: string, tenantId: string | undefined): void {
    const goodUntil = tenantId === undefined ? now() + unownedForMs : Number.POSITIVE_INFINITY;
    owners.set(keyArn, { tenantId, goodUntil });
  }

  return {
    async find(keyArns) {
      const asked = [...new Set(keyArns)];
      const unknown = asked.filter((arn) => !((owners.get(arn)?.goodUntil ?? 0) > now()));
      // Kept apart from `owners`, which may forget one key before the last is found.
      const found = new Map(asked.map((arn) => [arn, owners.get(arn)?.tenantId]));
      await forEachConcurrently(unknown, queryConcurrency, async (arn) => {
        const tenantId = await ownerOf(client, tableName, arn);
        keep(arn, tenantId);
        found.set(arn, tenantId);
      });
      return new Map([...found].filter((pair): pair is [string, string] => pair[1] !== undefined));
    },
    learn: keep,
  };
}

async function ownerOf(
  client: DynamoDBDocumentClient,
  tableName: string,
  keyArn: string,
): Promise<string | undefined> {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: tableName,
      IndexName: keyArnIndex,
      KeyConditionExpression: 'keyArn = :keyArn',
      ExpressionAttributeValues: { ':keyArn': keyArn },
    }),
  );
  // Two rows that name one key are a fault in the table: no tenant is shown what may be another's.
  return Items.length === 1 ? Items[0]?.tenantId : undefined;
}
