/**
 * A key that is deleted and not purged: the vault keeps it for its retention, which nobody can shorten. Invariant: that a key is
 * gone is believed only where the vault says so of the key and of the deleted keys, and only once it may have been purged:
 * while a deletion or a recovery is at work the vault says the same for some seconds.
 */
import * as z from 'zod/mini';
import { keyStoreUnavailable } from '../../../contract/problem.ts';
import { pause } from '../../aws/retry.ts';
import type { TenantOfStore } from '../key-administration.ts';
import { deletedKeyPath, keyPath } from './azure-names.ts';
import { type AzureSend, ask, done, isNothing, shapeOf } from './azure-requests.ts';
import { readKey, timeOf, vaultGet } from './vault-key.ts';

export interface DeletedKey {
  /** RFC 3339 */
  readonly purgeDate: string;
  /** of the newest version */
  readonly versionId: string;
}

const deletedBundle = z.object({
  key: z.object({ kid: z.string() }),
  scheduledPurgeDate: z.int(),
});

/** @returns undefined where no key of that name is deleted and to be purged */
export async function readDeletedKey(
  send: AzureSend,
  tenantId: string,
): Promise<DeletedKey | undefined> {
  const answer = await ask(send, vaultGet(tenantId, 'GET deletedkeys', deletedKeyPath(tenantId)));
  return answer === undefined ? undefined : deletedKeyOf(answer.body);
}

function deletedKeyOf(body: unknown): DeletedKey {
  const { key, scheduledPurgeDate } = shapeOf(deletedBundle, body);
  const versionId = key.kid.slice(key.kid.lastIndexOf('/') + 1);
  return { purgeDate: timeOf(scheduledPurgeDate), versionId };
}

/** @throws Problem 503 where it is not known yet whether the deletion has begun */
export async function deleteKey(
  send: AzureSend,
  tenantId: string,
): Promise<{ readonly deletionDate: string }> {
  const answer = await ask(send, {
    service: 'vault',
    method: 'DELETE',
    path: keyPath(tenantId),
    operation: { name: 'DELETE keys', tenantId },
  });
  const deleted =
    answer === undefined ? await readDeletedKey(send, tenantId) : deletedKeyOf(answer.body);
  if (deleted === undefined) throw keyStoreUnavailable('azure-key-vault');
  return { deletionDate: deleted.purgeDate };
}

/** For the answer that waits for it. */
const reserveMs = 5_000;

/**
 * The vault takes some seconds until it shows the key again.
 * @param end epoch milliseconds
 * @throws Problem 503 where it does not in time
 */
export async function recoverKey(
  send: AzureSend,
  vaultUrl: string,
  tenantId: string,
  end: number,
): Promise<void> {
  await ask(send, {
    service: 'vault',
    method: 'POST',
    path: deletedKeyPath(tenantId, '/recover'),
    operation: { name: 'POST deletedkeys/recover', tenantId },
  });
  for (let attempt = 0; (await readKey(send, vaultUrl, tenantId)) === undefined; attempt += 1) {
    if (Date.now() > end - reserveMs) throw keyStoreUnavailable('azure-key-vault');
    await pause(attempt);
  }
}

/** Key Vault, "soft-delete overview": a deleted key is kept for so long at least. */
const shortestRetentionMs = 7 * 86_400_000;

/** Whether a key of which the vault shows nothing may still be there: its deletion has just been asked for. */
export function mayBeInTransition(
  { offboarding }: Pick<TenantOfStore, 'offboarding'>,
  now = Date.now(),
): boolean {
  if (offboarding === undefined) return false;
  const { requestedAt, deletionDate } = offboarding;
  const purgedAtMs =
    deletionDate === undefined
      ? Date.parse(requestedAt) + shortestRetentionMs
      : Date.parse(deletionDate);
  return now < purgedAtMs;
}

/**
 * The vault shows neither the key nor a deleted one.
 * @throws where it does not say so, as to an identity without the right to read
 */
export async function keyIsNowhere(send: AzureSend, tenantId: string): Promise<boolean> {
  const answer = await send(vaultGet(tenantId, 'GET keys', keyPath(tenantId)));
  if (answer.status === 403 && answer.innerCode === 'KeyDisabled') return false;
  if (!isNothing(answer)) {
    done(answer);
    return false;
  }
  return (await readDeletedKey(send, tenantId)) === undefined;
}
