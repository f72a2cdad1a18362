/**
 * Deletes a tenant's key, by the caller, in 30 days: the key's own policy takes no shorter window. Invariant: only keys
 * of tenants that this run has named at random are touched.
 */
import type { KMS } from '@aws-sdk/client-kms';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { defaultName, stackNames } from '../../contract/stack-names.ts';
import { isNamed } from '../../lambdas/aws/errors.ts';
import { keysTaggedFor } from '../../lambdas/tenants/keys/key-recovery.ts';
import { getTenant } from '../../lambdas/tenants/registry/registry.ts';
import type { Caller } from './clients.ts';

const searchMs = 60_000;

/**
 * Does nothing where the tenant has no key.
 * @throws Error where there may be a key that KMS does not show
 */
export async function removeTenantKey(
  { kms, dynamodb }: Caller,
  tableName: string,
  tenantId: string,
): Promise<void> {
  const table = DynamoDBDocumentClient.from(dynamodb);
  const row = await unlessGone(getTenant(table, tableName, tenantId));
  await unlessGone(kms.deleteAlias({ AliasName: stackNames(defaultName).aliasOf(tenantId) }));
  const keyArn = row?.keyRequestedAt === undefined ? row?.keyArn : await findLostKey(kms, tenantId);
  if (keyArn !== undefined) await scheduleDeletion(kms, keyArn);
}

/** The handler was stopped after it asked KMS for the key and before it wrote the key's ARN. */
async function findLostKey(kms: KMS, tenantId: string): Promise<string> {
  const tagged = keysTaggedFor(kms, tenantId, new Set(), Date.now() + searchMs);
  for await (const keyArn of tagged) return keyArn;
  throw new Error(`KMS was asked for a key and shows none with the tag TenantId=${tenantId}`);
}

async function scheduleDeletion(kms: KMS, keyArn: string): Promise<void> {
  // AWS takes the ARN as well, moto does not.
  const KeyId = idOf(keyArn);
  try {
    await kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 30 });
  } catch (error) {
    if (!isNamed(error, 'KMSInvalidStateException')) throw error;
    const { KeyMetadata } = await kms.describeKey({ KeyId });
    if (KeyMetadata?.KeyState !== 'PendingDeletion') throw error;
  }
}

/** @returns the last part of the ARN */
export const idOf = (keyArn: string): string => keyArn.slice(keyArn.lastIndexOf('/') + 1);

/** @returns undefined where there is no such key, alias or table */
async function unlessGone<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isNamed(error, 'NotFoundException', 'ResourceNotFoundException')) return undefined;
    throw error;
  }
}
