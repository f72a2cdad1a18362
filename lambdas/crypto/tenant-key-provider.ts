/**
 * The keys of tenants, with what the function remembers of them. Invariant: all that the data plane does for a tenant
 * is done with clients of that tenant's own session, with which AWS itself refuses every other tenant's key and row; a
 * key is given out only for a tenant that was ACTIVE at a read of its row no older than the revocation promise; and no
 * data key of a tenant that is refused stays in memory.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type * as z from 'zod/mini';
import { maxBatchItems, maxBodyBytes } from '../../contract/crypto.ts';
import type { cryptoEnvironment } from '../../contract/environment.ts';
import { defaultKeyStore, type KeyStoresSettings } from '../../contract/key-stores.ts';
import { keyNotReady, Problem, tenantNotFound } from '../../contract/problem.ts';
import { isAccessDenied, isNamed } from '../aws/errors.ts';
import {
  type Bearer,
  type TenantSessionsOptions,
  tenantSessions,
} from '../sessions/tenant-sessions.ts';
import { getTenant } from '../tenants/registry/registry.ts';
import { registryCache } from '../tenants/registry/registry-cache.ts';
import { allowed, requireAllowed, statusRules } from '../tenants/registry/status.ts';
import { keyStoreOf, type TenantRow } from '../tenants/registry/tenant-row.ts';
import { DataKeyCache, type DataKeyLimits } from './data-key-cache.ts';
import { macKeyRowCache, macKeyRows } from './mac-key-rows.ts';
import type { MacKeys } from './mac-keys.ts';
import { type StoredKey, type StoredKeysOptions, storedKeys } from './stored-key.ts';

/**
 * What a request may use a tenant's key by: the keyring for envelopes, data keys and the keys of macs, KMS itself for
 * direct mode.
 */
export interface TenantKey extends MacKeys, StoredKey {
  /** @returns an empty cache, for data keys that must be new to the request; clear it at the end */
  newCache(): DataKeyCache;
}

/**
 * @param use is given the key for one request, however many messages the request has
 * @throws what `use` throws
 * @throws Problem 4xx where the tenant's key may not be used, 503 where it cannot be used yet
 */
export type WithTenantKey = <T>(use: (key: TenantKey) => Promise<T>) => Promise<T>;

/**
 * @param bearer whose token opens the tenant's session
 * @throws Problem 401, 403 or 503 as {@link tenantSessions} says
 */
export type TenantKeyProvider = (bearer: Bearer) => Promise<WithTenantKey>;

/** KMS tags take up to five minutes to count for authorization (Developer Guide, "ABAC for AWS KMS"). */
const tagPropagationMs = 5 * 60_000;

export function tenantKeyProvider(
  environment: z.output<typeof cryptoEnvironment>,
): TenantKeyProvider {
  const sessionOf = tenantRoleSessions(
    { brokerName: environment.SESSION_BROKER_NAME, issuers: environment.ISSUERS },
    { settings: environment.KEY_STORES, accountId: environment.ACCOUNT_ID },
  );
  const ttlMs = environment.REGISTRY_TTL_SECONDS * 1000;
  const rowOf = registryCache({ ttlMs });
  const cachedMacKeys = macKeyRowCache({ ttlMs });
  const limits = limitsOf(environment);
  // A read of the row counts as long: see "What a rotation promises" in docs/security.md.
  const caches = {
    own: dataKeyCaches(limits, ttlMs),
    other: dataKeyCaches(otherStoresLimits(limits, environment.KEY_STORES), ttlMs),
  };
  const macKeyRowsOf = (tenantId: string, table: DynamoDBDocumentClient) =>
    cachedMacKeys(tenantId, macKeyRows(table, environment.MAC_KEY_TABLE_NAME, tenantId));

  const forget = (tenantId: string) => {
    for (const { shared } of Object.values(caches)) shared?.forget(tenantId);
  };

  const keyOf = async (tenantId: string, { storedKeyOf, table }: TenantClients, age?: 'fresh') => {
    const read = () => getTenant(table, environment.TABLE_NAME, tenantId);
    const row = await rowOf(tenantId, read, age);
    if (row === undefined || statusRules[row.status].use !== allowed) forget(tenantId);
    if (row === undefined) throw tenantNotFound();
    requireAllowed(statusRules[row.status].use);
    const { shared, newCache } = isInOwnKms(row) ? caches.own : caches.other;
    const cache = shared ?? newCache();
    const supersededMaterialId = row.rotation?.supersededKeyMaterialId;
    const key: TenantKey = {
      tenantId,
      ...(await storedKeyOf(row)),
      cache,
      newCache,
      supersededMaterialId,
      macKeyRows: macKeyRowsOf(tenantId, table),
    };
    return { row, key, isCacheOn: shared !== undefined };
  };

  return async (bearer) => {
    const clients = await sessionOf(bearer);
    return async (use) => {
      const { row, key, isCacheOn } = await keyOf(bearer.tenantId, clients);
      try {
        return await use(key);
      } catch (error) {
        // Since its row was read the tenant may have been suspended: then the row as it is now has the answer.
        if (refusesKey(error)) {
          forget(bearer.tenantId);
          await keyOf(bearer.tenantId, clients, 'fresh');
        }
        // On an older key this is a wrong policy, which does not change with time: a 500.
        if (isAccessDenied(error) && isFresh(row)) throw keyNotReady(5);
        throw error;
      } finally {
        if (!isCacheOn) key.cache.clear();
      }
    };
  };
}

/** @returns by bearer, clients with a session of the tenant role */
const tenantRoleSessions = (
  options: Omit<TenantSessionsOptions, 'plane'>,
  keyStores: Omit<StoredKeysOptions, 'tenantId'>,
) =>
  tenantSessions({ plane: 'crypto', ...options }, (parts, tenantId) => {
    const { configuration, withPlugins } = parts;
    if (tenantId === undefined) throw new Error('a session of the tenant role without a tenant');
    const kms = withPlugins(new KMSClient(configuration), 'kms');
    return {
      storedKeyOf: storedKeys({ ...keyStores, tenantId }, kms, parts),
      table: DynamoDBDocumentClient.from(withPlugins(new DynamoDBClient(configuration), 'table')),
    };
  });

type TenantClients = Awaited<ReturnType<ReturnType<typeof tenantRoleSessions>>>;

const limitsOf = (environment: z.output<typeof cryptoEnvironment>): DataKeyLimits => ({
  maxAgeMs: environment.DATA_KEY_MAX_AGE_SECONDS * 1000,
  maxMessages: environment.DATA_KEY_MAX_MESSAGES,
  maxBytes: environment.DATA_KEY_MAX_BYTES,
  // Each item of a batch may need a data key of its own.
  maxEntries: maxBatchItems,
});

/** Where the cache is off, the messages of one request share data keys all the same. */
const oneRequestLimits: DataKeyLimits = {
  maxAgeMs: 60_000,
  maxMessages: maxBatchItems,
  maxBytes: maxBodyBytes,
  maxEntries: maxBatchItems,
};

interface DataKeyCaches {
  /** undefined where no data key is kept from one request to another */
  readonly shared: DataKeyCache | undefined;
  newCache(): DataKeyCache;
}

function dataKeyCaches(limits: DataKeyLimits, maxSupersededAgeMs: number): DataKeyCaches {
  const isCacheOn = Object.values(limits).every((limit) => limit > 0);
  return {
    shared: isCacheOn ? new DataKeyCache(limits, { maxSupersededAgeMs }) : undefined,
    newCache: () => new DataKeyCache(isCacheOn ? limits : oneRequestLimits),
  };
}

/** Whoever has the other store may revoke a key there, and nothing tells us: it counts when the data keys are too old. */
const otherStoresLimits = (
  limits: DataKeyLimits,
  stores: KeyStoresSettings | undefined,
): DataKeyLimits => ({
  ...limits,
  maxAgeMs: Math.min(limits.maxAgeMs, (stores?.dataKeyMaxAgeSeconds ?? 0) * 1000),
});

const isInOwnKms = (row: TenantRow): boolean =>
  keyStoreOf(row) === defaultKeyStore &&
  (row.previousKey === undefined || keyStoreOf(row.previousKey) === defaultKeyStore);

/** The store says that the key itself is disabled, pending deletion or gone, as it is where a tenant is not ACTIVE. */
const refusesKey = (error: unknown): boolean =>
  (error instanceof Problem && error.code === 'key-revoked-by-tenant') ||
  isNamed(error, 'DisabledException', 'KMSInvalidStateException', 'NotFoundException');

const isFresh = ({ keyCreatedAt }: TenantRow): boolean =>
  keyCreatedAt !== undefined && Date.now() - Date.parse(keyCreatedAt) < tagPropagationMs;
