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
export const maxClaims = 10;

/** The tenants' ids; `too many` where more rows than `maxClaims` name the key, in no order that helps to choose. */
export type Claims = readonly string[] | 'too many';

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
  readonly claims: Claims;
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
    const claims = await claimsOf(client, tableName, keyArn);
    const first = known.get(keyArn)?.first ?? soleOf(claims);
    const goodForMs = isClaimed(claims) ? claimedForMs : unclaimedForMs;
    const key = { first, claims, goodUntil: now() + goodForMs };
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
      known.set(keyArn, { claims: [], goodUntil: 0, ...known.get(keyArn), first });
    },
  };
}

const isClaimed = (claims: Claims) => claims === 'too many' || claims.length > 0;

const soleOf = (claims: Claims) =>
  claims !== 'too many' && claims.length === 1 ? claims[0] : undefined;

function allClaims({ first, claims }: KnownKey): Claims {
  if (claims === 'too many' || first === undefined) return claims;
  return [...new Set([first, ...claims])];
}

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
  if (Items.length > maxClaims) return 'too many';
  // A row under another name is no tenant's; the reconciler reports it.
  return Items.flatMap((item) => tenantId.safeParse(item.tenantId).data ?? []);
}
