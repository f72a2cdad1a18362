/**
 * The keys of tenants, with what the function remembers of them. Invariant: a key is given out only for a tenant
 * that is ACTIVE by a read of its row no older than the revocation promise, and is used with that tenant's own
 * session; a tenant that is refused has no data key in memory any more.
 */
import type * as z from 'zod/mini';
import { maxBatchItems, maxBodyBytes } from '../../contract/crypto.ts';
import type { cryptoEnvironment } from '../../contract/environment.ts';
import { keyNotReady, tenantNotFound } from '../../contract/problem.ts';
import { isAccessDenied } from '../aws/errors.ts';
import { tenantSessions } from '../tenant/session.ts';
import { getTenant } from '../tenants/registry/registry.ts';
import { registryCache } from '../tenants/registry/registry-cache.ts';
import { allowed, requireAllowed, statusRules } from '../tenants/registry/status.ts';
import type { TenantRow } from '../tenants/registry/tenant-row.ts';
import { cachedDataKeys } from './cached-data-keys.ts';
import type { TenantKey } from './ciphertext.ts';
import { DataKeyCache, type DataKeyLimits } from './data-key-cache.ts';
import { kmsWrapping } from './kms-keyring.ts';

/**
 * The key for one message. Without the size of its plaintext it gets a data key of its own, so that what is
 * sealed anew is under the key's current material.
 */
export type KeyFor = (plaintextBytes?: number) => TenantKey;

/** @throws Problem 4xx where the tenant's key may not be used, 503 where it cannot be yet */
export type WithKeyOf = <T>(tenantId: string, use: (keyFor: KeyFor) => Promise<T>) => Promise<T>;

/** KMS tags take up to five minutes to count for authorization (Developer Guide, "ABAC for AWS KMS"). */
const tagsCountAfterInMs = 5 * 60_000;

export function tenantKeys(environment: z.output<typeof cryptoEnvironment>): WithKeyOf {
  const sessionOf = tenantSessions(environment.TENANT_ROLE_ARN);
  const tenantOf = registryCache({ ttlMs: environment.REGISTRY_TTL_SECONDS * 1000 }, (tenantId) =>
    getTenant(sessionOf(tenantId).table, environment.TABLE_NAME, tenantId),
  );
  const limits = limitsOf(environment);
  const dataKeys = new DataKeyCache(limits);
  const isOn = Object.values(limits).every((limit) => limit > 0);

  return async (tenantId, use) => {
    const row = await tenantOf(tenantId);
    if (row === undefined || statusRules[row.status].use !== allowed) dataKeys.forget(tenantId);
    if (row === undefined) throw tenantNotFound();
    requireAllowed(statusRules[row.status].use);
    const keyArn = keyOf(row);
    const { kms } = sessionOf(tenantId);
    const wrapping = kmsWrapping(kms, keyArn);
    const cache = isOn ? dataKeys : new DataKeyCache(oneRequest);
    try {
      return await use((plaintextBytes) => {
        const scope = { tenantId, keyArn, ...(plaintextBytes !== undefined && { plaintextBytes }) };
        return { kms, keyArn, dataKeys: cachedDataKeys(wrapping, cache, scope) };
      });
    } catch (error) {
      // On an older key the same is a wrong policy, which waiting does not mend: a 500.
      if (isAccessDenied(error) && isFresh(row)) throw keyNotReady(5);
      throw error;
    } finally {
      if (!isOn) cache.clear();
    }
  };
}

const limitsOf = (environment: z.output<typeof cryptoEnvironment>): DataKeyLimits => ({
  maxAgeMs: environment.DATA_KEY_MAX_AGE_SECONDS * 1000,
  maxMessages: environment.DATA_KEY_MAX_MESSAGES,
  maxBytes: environment.DATA_KEY_MAX_BYTES,
  // As many as a batch has items, each of which may be under a data key of its own.
  maxEntries: maxBatchItems,
});

/** Where the cache is off, the messages of one request share their data keys all the same. */
const oneRequest: DataKeyLimits = {
  maxAgeMs: 60_000,
  maxMessages: maxBatchItems,
  maxBytes: maxBodyBytes,
  maxEntries: maxBatchItems,
};

function keyOf({ keyArn }: TenantRow): string {
  if (keyArn === undefined) throw new Error('the row of an active tenant has no key');
  return keyArn;
}

const isFresh = ({ keyCreatedAt }: TenantRow): boolean =>
  keyCreatedAt !== undefined && Date.now() - Date.parse(keyCreatedAt) < tagsCountAfterInMs;
