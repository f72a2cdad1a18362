/** The key as KMS has it at this moment, for those who look at a tenant. */
import {
  DescribeKeyCommand,
  GetKeyRotationStatusCommand,
  type KMSClient,
} from '@aws-sdk/client-kms';
import type { LiveKey } from '../../../contract/tenants.ts';
import { isAccessDenied, isNamed } from '../../aws/errors.ts';
import { lastUseOf } from './key-state.ts';
import { onDemandRotationsLeft, rotationsOf } from './rotations.ts';

export async function liveKeyOf(kms: KMSClient, keyArn: string): Promise<LiveKey> {
  try {
    const [{ KeyMetadata }, rotation, rotations, lastUsed] = await Promise.all([
      kms.send(new DescribeKeyCommand({ KeyId: keyArn })),
      kms.send(new GetKeyRotationStatusCommand({ KeyId: keyArn })),
      rotationsOf(kms, keyArn),
      lastUseOf(kms, keyArn),
    ]);
    return {
      state: KeyMetadata?.KeyState ?? 'Unavailable',
      deletionDate: KeyMetadata?.DeletionDate?.toISOString(),
      rotationEnabled: rotation.KeyRotationEnabled === true,
      rotationPeriodInDays: rotation.RotationPeriodInDays,
      nextRotationDate: rotation.NextRotationDate?.toISOString(),
      onDemandRotationsLeft: onDemandRotationsLeft(rotations),
      lastUsed,
    };
  } catch (error) {
    // Deleted behind our back, or after offboarding: the tenant is still there to be seen. To a role whose
    // right is in the key's policy alone, KMS says AccessDenied of a key that does not exist.
    if (isAccessDenied(error) || isNamed(error, 'NotFoundException')) {
      return { state: 'Missing', rotationEnabled: false };
    }
    throw error;
  }
}
