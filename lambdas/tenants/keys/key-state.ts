/**
 * Changes of the state of a tenant's key in KMS, and its last use. Invariant: each change may be repeated; a change
 * that is refused counts as done only after KMS has said that the key is in the state that was asked for.
 */

import {
  CancelKeyDeletionCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  GetKeyLastUsageCommand,
  type KMSClient,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import type { KeyUse } from '../../../contract/key-use.ts';
import { isNamed } from '../../aws/errors.ts';
import { describeKey } from '../../aws/kms-keys.ts';
import type { ScheduledDeletion } from '../../key-stores/key-administration.ts';
import type { KeyStoreAdministrations } from '../../key-stores/key-store-administrations.ts';
import { callInTime, type Work } from '../registry/lease.ts';

/** The work of one invocation on a tenant and its key. */
export interface TenantWork extends Work {
  readonly kms: KMSClient;
  readonly keyStores: KeyStoreAdministrations;
}

type KeyWork = Pick<TenantWork, 'kms' | 'end'>;

const hasWrongState = (error: unknown) => isNamed(error, 'KMSInvalidStateException');

/** @returns false where the key is pending deletion, and so cannot be used either */
export async function disableKey({ kms, end }: KeyWork, keyArn: string): Promise<boolean> {
  const command = new DisableKeyCommand({ KeyId: keyArn });
  try {
    await callInTime({ end }, () => kms.send(command));
    return true;
  } catch (error) {
    if (hasWrongState(error) && (await isPendingDeletion(kms, keyArn))) return false;
    throw error;
  }
}

/** @param afterCancel whether KMS may still take the key, for some seconds, for one that is pending deletion */
export async function enableKey(
  { kms, end }: KeyWork,
  keyArn: string,
  { afterCancel = false } = {},
): Promise<void> {
  const command = new EnableKeyCommand({ KeyId: keyArn });
  const also = (error: unknown) => afterCancel && hasWrongState(error);
  await callInTime({ end }, () => kms.send(command), also);
}

/** @returns no request id where the deletion was scheduled before */
export async function scheduleKeyDeletion(
  { kms, end }: KeyWork,
  keyArn: string,
  windowInDays: number,
): Promise<ScheduledDeletion> {
  const command = new ScheduleKeyDeletionCommand({
    KeyId: keyArn,
    PendingWindowInDays: windowInDays,
  });
  try {
    const { DeletionDate, $metadata } = await callInTime({ end }, () => kms.send(command));
    const { requestId } = $metadata;
    return { ...dateOf(DeletionDate), ...(requestId !== undefined && { kmsRequestId: requestId }) };
  } catch (error) {
    const metadata = hasWrongState(error) ? await describeKey(kms, keyArn) : undefined;
    if (metadata?.KeyState !== 'PendingDeletion') throw error;
    return dateOf(metadata.DeletionDate);
  }
}

const dateOf = (date: Date | undefined) =>
  date === undefined ? {} : { deletionDate: date.toISOString() };

export async function cancelKeyDeletion({ kms, end }: KeyWork, keyArn: string): Promise<void> {
  const command = new CancelKeyDeletionCommand({ KeyId: keyArn });
  try {
    await callInTime({ end }, () => kms.send(command));
  } catch (error) {
    if (!hasWrongState(error) || (await isPendingDeletion(kms, keyArn))) throw error;
  }
}

/** @returns undefined where the key was not used since KMS began to track it */
export async function lastUseOf(kms: KMSClient, keyArn: string): Promise<KeyUse | undefined> {
  const { KeyLastUsage } = await kms.send(new GetKeyLastUsageCommand({ KeyId: keyArn }));
  const { Operation, Timestamp, CloudTrailEventId } = KeyLastUsage ?? {};
  if (Operation === undefined || Timestamp === undefined) return undefined;
  return {
    operation: Operation,
    at: Timestamp.toISOString(),
    ...(CloudTrailEventId !== undefined && { cloudTrailEventId: CloudTrailEventId }),
  };
}

async function isPendingDeletion(kms: KMSClient, keyArn: string): Promise<boolean> {
  return (await describeKey(kms, keyArn)).KeyState === 'PendingDeletion';
}
