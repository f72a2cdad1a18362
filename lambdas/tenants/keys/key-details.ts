/** The key as KMS has it at this moment, for a caller who reads a tenant. */
import { GetKeyRotationStatusCommand, type KMSClient } from '@aws-sdk/client-kms';
import type { KeyDetails } from '../../../contract/tenants.ts';
import { describeKey, ifKeyIsVisible } from '../../aws/kms-keys.ts';
import { lastUseOf } from './key-state.ts';
import { onDemandRotationsLeft, rotationsOf } from './rotations.ts';

/** Where the key is deleted its state is Missing: the tenant can still be read. */
export async function keyDetailsOf(kms: KMSClient, keyArn: string): Promise<KeyDetails> {
  const details = await ifKeyIsVisible(readDetails(kms, keyArn));
  return details ?? { state: 'Missing', rotationEnabled: false };
}

async function readDetails(kms: KMSClient, keyArn: string): Promise<KeyDetails> {
  const [{ KeyState, DeletionDate, CurrentKeyMaterialId }, rotation, rotations, lastUsed] =
    await Promise.all([
      describeKey(kms, keyArn),
      kms.send(new GetKeyRotationStatusCommand({ KeyId: keyArn })),
      rotationsOf(kms, keyArn),
      lastUseOf(kms, keyArn),
    ]);
  return {
    state: KeyState ?? 'Unavailable',
    deletionDate: DeletionDate?.toISOString(),
    rotationEnabled: rotation.KeyRotationEnabled === true,
    rotationPeriodInDays: rotation.RotationPeriodInDays,
    nextRotationDate: rotation.NextRotationDate?.toISOString(),
    currentKeyMaterialId: CurrentKeyMaterialId,
    onDemandRotationStartedAt: rotation.OnDemandRotationStartDate?.toISOString(),
    onDemandRotationsLeft: onDemandRotationsLeft(
      rotations,
      rotation.OnDemandRotationStartDate !== undefined,
    ),
    lastUsed,
  };
}
