/**
 * The state of a tenant's key in KMS. Invariant: each change may be asked for again; what is so already counts
 * as done, and only after KMS has been asked how it is.
 */

import {
  CancelKeyDeletionCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  GetKeyLastUsageCommand,
  type KeyMetadata,
  type KMSClient,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import type { KeyUse } from '../../../contract/tenants.ts';
import { isNamed } from '../../aws/errors.ts';
import { callInTime, type Work } from '../registry/lease.ts';
import type { Offboarding } from '../registry/tenant-row.ts';

export interface KeyWork extends Pick<Work, 'end'> {
  readonly kms: KMSClient;
}

export interface LifecycleOptions extends Work {
  readonly kms: KMSClient;
}

const hasWrongState = (error: unknown) => isNamed(error, 'KMSInvalidStateException');

/** @returns false where the key is pending deletion, and so as good as disabled */
export async function disable({ kms, end }: KeyWork, keyArn: string): Promise<boolean> {
  const command = new DisableKeyCommand({ KeyId: keyArn });
  try {
    await callInTime({ end }, () => kms.send(command));
    return true;
  } catch (error) {
    if (hasWrongState(error) && (await isPendingDeletion(kms, keyArn))) return false;
    throw error;
  }
}

/** @param afterCancel whether KMS may, for some seconds, still take the key for one that is pending deletion */
export async function enable(
  { kms, end }: KeyWork,
  keyArn: string,
  { afterCancel = false } = {},
): Promise<void> {
  const command = new EnableKeyCommand({ KeyId: keyArn });
  const also = (error: unknown) => afterCancel && hasWrongState(error);
  await callInTime({ end }, () => kms.send(command), also);
}

/** What KMS says of a deletion. */
export type Scheduled = Pick<Offboarding, 'deletionDate' | 'kmsRequestId'>;

/** @returns without the request's id where the deletion was scheduled before */
export async function scheduleDeletion(
  { kms, end }: KeyWork,
  keyArn: string,
  windowInDays: number,
): Promise<Scheduled> {
  const command = new ScheduleKeyDeletionCommand({
    KeyId: keyArn,
    PendingWindowInDays: windowInDays,
  });
  try {
    const { DeletionDate, $metadata } = await callInTime({ end }, () => kms.send(command));
    const { requestId } = $metadata;
    return { ...dated(DeletionDate), ...(requestId !== undefined && { kmsRequestId: requestId }) };
  } catch (error) {
    const metadata = hasWrongState(error) ? await describe(kms, keyArn) : undefined;
    if (metadata?.KeyState !== 'PendingDeletion') throw error;
    return dated(metadata.DeletionDate);
  }
}

const dated = (date: Date | undefined) =>
  date === undefined ? {} : { deletionDate: date.toISOString() };

export async function cancelDeletion({ kms, end }: KeyWork, keyArn: string): Promise<void> {
  const command = new CancelKeyDeletionCommand({ KeyId: keyArn });
  try {
    await callInTime({ end }, () => kms.send(command));
  } catch (error) {
    if (!hasWrongState(error) || (await isPendingDeletion(kms, keyArn))) throw error;
  }
}

/**
 * @returns whether KMS says that there is no such key; that it may not be seen is not that
 * @throws AccessDeniedException
 */
export async function isGone(kms: KMSClient, keyArn: string): Promise<boolean> {
  try {
    await describe(kms, keyArn);
    return false;
  } catch (error) {
    if (isNamed(error, 'NotFoundException')) return true;
    throw error;
  }
}

/** @returns undefined where the key was not used since KMS keeps track of it */
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
  return (await describe(kms, keyArn))?.KeyState === 'PendingDeletion';
}

async function describe(kms: KMSClient, keyArn: string): Promise<KeyMetadata | undefined> {
  return (await kms.send(new DescribeKeyCommand({ KeyId: keyArn }))).KeyMetadata;
}
