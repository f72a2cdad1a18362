/**
 * Which tenants claim a key. Invariant: only the registry decides, and what CloudTrail says of a key that the control
 * plane has made; tags and aliases that somebody else gives a key do not count. Every row that names a key claims it,
 * whatever its status, and no claim takes away another: who can write a row must not make a tenant's events vanish.
 */
import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { keyArnIndex } from '../../contract/table-schema.ts';
import { tenantId } from '../../contract/tenant-id.ts';
import { forEachConcurrently } from '../aws/concurrency.ts';
import { LruMap } from '../caching/lru-map.ts';

/** After it the registry is asked again: a second row may name the key by now, or a first one. */
const claimedForMs = 5 * 60_000;
const unclaimedForMs = 60_000;
/** Beyond it, the key that was asked about longest ago is forgotten. */
const maxKeys = 10_000;
/** Of queries of the registry's index. */
const queryConcurrency = 16;
/** Each claim is a row for each event: with more of them, a few events would keep the indexer from all others. */
const maxClaims = 10;

export interface Claims {
  readonly tenantIds: readonly string[];
  /**
   * whether more rows than `maxClaims` name the key, in no order that helps to choose: then only a tenant that the key
   * was known to be of before is among the ids
   */
  readonly tooMany: boolean;
}

export interface KeyOwners {
  /** @returns by key ARN; a key that nobody claims is not in it */
  find(keyArns: readonly string[]): Promise<ReadonlyMap<string, Claims>>;
  /** takes over the tenant of a key that the control plane has just created */
  learn(keyArn: string, tenantId: string): void;
}

interface KnownKey {
  /**
   * Who the key was created for, or who alone claimed it at first: a claim for as long as the key is remembered, also
   * where the tenant's row has come to name another key.
   */
  readonly first: string | undefined;
  /** what the registry says */
  readonly rows: Claims;
  /** epoch milliseconds */
  readonly goodUntil: number;
}

export function keyOwners(
  client: DynamoDBDocumentClient,
  tableName: string,
  now: () => number = Date.now,
): KeyOwners {
  const known = new LruMap<string, KnownKey>(maxKeys);

  async function ask(keyArn: string): Promise<Claims> {
    const rows = await claimsOf(client, tableName, keyArn);
    const [sole, ...others] = rows.tenantIds;
    const first = known.get(keyArn)?.first ?? (others.length === 0 ? sole : undefined);
    const goodForMs = isClaimed(rows) ? claimedForMs : unclaimedForMs;
    const key = { first, rows, goodUntil: now() + goodForMs };
    known.set(keyArn, key);
    return allClaims(key);
  }

  return {
    async find(keyArns) {
      const found = new Map<string, Claims>();
      const unknown = new Set<string>();
      for (const arn of keyArns) {
        const key = known.get(arn);
        if (key !== undefined && key.goodUntil > now()) found.set(arn, allClaims(key));
        else unknown.add(arn);
      }
      await forEachConcurrently([...unknown], queryConcurrency, async (arn) => {
        found.set(arn, await ask(arn));
      });
      return new Map([...found].filter(([, claims]) => isClaimed(claims)));
    },
    learn(keyArn, first) {
      known.set(keyArn, { rows: nobody, goodUntil: 0, ...known.get(keyArn), first });
    },
  };
}

export const nobody: Claims = { tenantIds: [], tooMany: false };

const isClaimed = ({ tenantIds, tooMany }: Claims) => tooMany || tenantIds.length > 0;

const allClaims = ({ first, rows: { tenantIds, tooMany } }: KnownKey): Claims => ({
  tenantIds: first === undefined ? tenantIds : [...new Set([first, ...tenantIds])],
  tooMany,
});

async function claimsOf(
  client: DynamoDBDocumentClient,
  tableName: string,
  keyArn: string,
): Promise<Claims> {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: tableName,
      IndexName: keyArnIndex,
      KeyConditionExpression: 'keyArn = :keyArn',
      ExpressionAttributeValues: { ':keyArn': keyArn },
      Limit: maxClaims + 1,
    }),
  );
  if (Items.length > maxClaims) return { tenantIds: [], tooMany: true };
  // A row under another name is no tenant's; the reconciler reports it.
  const tenantIds = Items.flatMap((item) => tenantId.safeParse(item.tenantId).data ?? []);
  return { tenantIds, tooMany: false };
}
