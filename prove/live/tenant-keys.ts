/**
 * Every key that may be a tenant's: one with the product's tag, with a tenant's tag, or with an alias of the product's.
 * Invariant: each key of the region is looked at, whatever the registry says; one of which something cannot be read is
 * told with the reason, never left out.
 */
import {
  type GrantListEntry,
  paginateListAliases,
  paginateListGrants,
  paginateListKeys,
  paginateListResourceTags,
} from '@aws-sdk/client-kms';
import type { StackNames } from '../../contract/stack-names.ts';
import { tenantIdTag } from '../../contract/tenant-id.ts';
import { keyId } from '../formula/request.ts';
import type { Clients } from './clients.ts';

/** What is there of a key. */
export interface KeyReading {
  readonly keyId: string;
  readonly arn: string;
  /** values of tags that are the tenant's to IAM, which compares names without case */
  readonly tenants: readonly string[];
  /** whose key it is by its aliases */
  readonly aliased: readonly string[];
  /** as KMS gives it; absent where it cannot be read */
  readonly policy?: string | undefined;
  readonly grants: readonly GrantListEntry[];
  /** what could not be read, and why */
  readonly unread: readonly string[];
}

/** So many keys are read at once, and kept in memory. */
const batchSize = 50;

type Kms = Clients['kms'];

/**
 * @param names of the stack
 * @param isSkipped keys that are none of a tenant's, and those of an earlier run
 * @returns batches, each with the number of keys that were looked at for it
 */
export async function* tenantKeys(
  kms: Kms,
  names: StackNames,
  isSkipped: (keyId: string) => boolean,
): AsyncGenerator<{ readonly lookedAt: number; readonly keys: readonly KeyReading[] }> {
  const aliases = await aliasesByKey(kms, names.aliasOf(''));
  for await (const { Keys = [] } of paginateListKeys({ client: kms, pageSize: 1000 }, {})) {
    for (let at = 0; at < Keys.length; at += batchSize) {
      const batch = Keys.slice(at, at + batchSize);
      const read = batch
        .filter(({ KeyId = '' }) => !isSkipped(KeyId))
        .map(({ KeyId = '', KeyArn = '' }) =>
          readKey(kms, names, { KeyId, KeyArn, aliases: aliases.get(KeyId) ?? [] }),
        );
      const keys = (await Promise.all(read)).filter((key) => key !== undefined);
      yield { lookedAt: batch.length, keys };
    }
  }
}

const ofAws = 'alias/aws/';

/** The names that count: those of the product's, and those of AWS's own keys, which nobody else can give. */
async function aliasesByKey(kms: Kms, ofProduct: string): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for await (const { Aliases = [] } of paginateListAliases({ client: kms, pageSize: 100 }, {})) {
    for (const { AliasName = '', TargetKeyId } of Aliases) {
      if (TargetKeyId === undefined) continue;
      if (![ofAws, ofProduct].some((prefix) => AliasName.startsWith(prefix))) continue;
      found.set(TargetKeyId, [...(found.get(TargetKeyId) ?? []), AliasName]);
    }
  }
  return found;
}

/** @returns nothing for a key that is certainly no tenant's */
async function readKey(
  kms: Kms,
  { aliasOf, productTag }: StackNames,
  {
    KeyId: id,
    KeyArn: arn,
    aliases,
  }: { readonly KeyId: string; readonly KeyArn: string; readonly aliases: readonly string[] },
): Promise<KeyReading | undefined> {
  if (aliases.some((name) => name.startsWith(ofAws))) return undefined;
  const aliased = aliases.map((name) => name.slice(aliasOf('').length));
  const unread: string[] = [];
  const orNote = async <T>(what: string, reading: Promise<T>): Promise<T | undefined> => {
    try {
      return await reading;
    } catch (error) {
      unread.push(`its ${what} cannot be read: ${(error as Error).name}`);
      return undefined;
    }
  };
  const tags = await orNote('tags', tagsOf(kms, id));
  const tenants = (tags ?? [])
    .filter(([name]) => keyId(name) === keyId(tenantIdTag))
    .map(([, value]) => value);
  const isProducts = tags?.some(
    ([name, value]) => name === productTag.key && value === productTag.value,
  );
  if (tags && !isProducts && tenants.length === 0 && aliased.length === 0) return undefined;
  const [policy, grants] = await Promise.all([
    orNote('policy', kms.getKeyPolicy({ KeyId: id })),
    orNote('grants', grantsOf(kms, id)),
  ]);
  return { keyId: id, arn, tenants, aliased, policy: policy?.Policy, grants: grants ?? [], unread };
}

async function tagsOf(kms: Kms, KeyId: string): Promise<[name: string, value: string][]> {
  const found: [string, string][] = [];
  for await (const { Tags = [] } of paginateListResourceTags({ client: kms }, { KeyId })) {
    found.push(
      ...Tags.map(({ TagKey = '', TagValue = '' }): [string, string] => [TagKey, TagValue]),
    );
  }
  return found;
}

/** A grant goes round every policy. */
export async function grantsOf(kms: Kms, KeyId: string): Promise<GrantListEntry[]> {
  const found: GrantListEntry[] = [];
  for await (const { Grants = [] } of paginateListGrants({ client: kms }, { KeyId })) {
    found.push(...Grants);
  }
  return found;
}
