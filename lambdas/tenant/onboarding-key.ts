/**
 * The key of a tenant that is being onboarded. Invariant: before KMS is asked for a key the row says so; if the
 * ARN is then never written down, whoever holds the lease next looks for that key before it asks for another.
 */

import { keyNotReady } from '../../contract/problem.ts';
import { isAccessDenied, isNamed, isThrottled } from '../aws/errors.ts';
import { createKey, type Key, type KmsClients } from '../tenants/keys/create-key.ts';
import { keyByAlias, keyByTag, takeOver } from '../tenants/keys/key-recovery.ts';
import { reserveInMs, throttledUntil, type Work } from '../tenants/registry/lease.ts';
import type { RowChange } from '../tenants/registry/registry.ts';
import type { TenantRow } from '../tenants/registry/tenant-row.ts';

/** What a search for a key needs that was made and never written down. */
export interface KeySearch extends Work, Pick<KmsClients, 'kms'> {
  /** ARNs of the keys that rows name */
  readonly knownKeyArns: () => Promise<ReadonlySet<string>>;
  /** of the tenant's key, as JSON */
  readonly keyPolicyOf: (tenantId: string) => string;
}

/** What the holder of a lease works on: the row as it last wrote it. */
export interface Progress {
  readonly options: KeySearch;
  row: TenantRow;
}

/** @throws Problem 503 where the lease is somebody else's now, or the row is gone: they go on from there */
export async function write(work: Progress, change: RowChange): Promise<void> {
  const row = await work.options.registry.change(work.row, change);
  if (row === undefined) throw keyNotReady(5);
  work.row = row;
}

/** @returns the ARN of the tenant's key, which is made where there is none */
export async function keyFor(clients: KmsClients, work: Progress): Promise<string> {
  return (await foundKey(work)) ?? keep(work, await newKey(clients, work));
}

/** @returns the ARN of the tenant's key, undefined where there is none */
export async function foundKey(work: Progress): Promise<string | undefined> {
  if (work.row.keyArn !== undefined) return work.row.keyArn;
  const key = await lostKey(work);
  return key && keep(work, key);
}

async function keep(work: Progress, { arn, createdAt }: Key): Promise<string> {
  await write(work, {
    keyArn: arn,
    keyCreatedAt: createdAt.toISOString(),
    keyRequestedAt: null,
  });
  return arn;
}

async function lostKey({ options, row }: Progress): Promise<Key | undefined> {
  const { kms, end } = options;
  const { tenantId } = row;
  // Always by alias: it also finds the key of a tenant whose row was lost with the table.
  const found =
    (await keyByAlias(kms, tenantId)) ??
    (row.keyRequestedAt === undefined
      ? undefined
      : await keyByTag(kms, tenantId, await options.knownKeyArns(), end - reserveInMs));
  return found && takeOver(kms, found, options.keyPolicyOf(tenantId));
}

async function newKey(clients: KmsClients, work: Progress): Promise<Key> {
  const { options } = work;
  const { tenantId } = work.row;
  await write(work, { keyRequestedAt: new Date().toISOString() });
  // An environment that was frozen between the lines thaws with a lease that has run out.
  if (Date.now() > options.end) throw keyNotReady(5);
  try {
    return await createKey(
      clients,
      tenantId,
      options.keyPolicyOf(tenantId),
      throttledUntil(options),
    );
  } catch (error) {
    // If this fails, the next one looks for a key that is not there, and no harm is done.
    if (madeNoKey(error)) await write(work, { keyRequestedAt: null }).catch(() => undefined);
    throw error;
  }
}

/** KMS has refused. Of a timeout, a lost connection or a 5xx nobody knows whether there is a key. */
const madeNoKey = (error: unknown) =>
  isThrottled(error) ||
  isAccessDenied(error) ||
  isNamed(
    error,
    'LimitExceededException',
    'MalformedPolicyDocumentException',
    'TagException',
    'UnsupportedOperationException',
    'ValidationException',
  );
