/** A tenant's key in AWS KMS, as the life of the tenant asks for it. */
import type { KMSClient } from '@aws-sdk/client-kms';
import { isAccessDenied, isNamed } from '../../aws/errors.ts';
import { keyIsDeleted } from '../../aws/kms-keys.ts';
import type { KeyAdministration } from '../../key-stores/key-administration.ts';
import { keyArnOf, type TenantRow } from '../registry/tenant-row.ts';
import { keyDetailsOf } from './key-details.ts';
import {
  cancelKeyDeletion,
  disableKey,
  enableKey,
  lastUseOf,
  scheduleKeyDeletion,
  type TenantWork,
} from './key-state.ts';
import { requireOwnKey } from './own-key.ts';
import {
  enableRotation,
  isSuperseded,
  keyMaterialIdsOf,
  listRotations,
  materialStatusOf,
  onDemandRotationsLeft,
  rotateKey,
  rotationsOf,
} from './rotations.ts';

export interface KmsWork extends Pick<TenantWork, 'kms' | 'end'> {
  /** makes no second attempt; only of what may rotate a key */
  readonly kmsWithoutRetry?: KMSClient;
}

export function kmsAdministration(work: KmsWork, row: TenantRow): KeyAdministration {
  const { kms, kmsWithoutRetry } = work;
  const keyArn = keyArnOf(row);
  return {
    requireOwn: () => requireOwnKey(kms, row),
    describe: () => keyDetailsOf(kms, keyArn),
    lastUse: () => lastUseOf(kms, keyArn),
    materialIds: () => keyMaterialIdsOf(kms, keyArn),
    disable: () => disableKey(work, keyArn),
    enable: (options) => enableKey(work, keyArn, options),
    scheduleDeletion: (windowInDays) => scheduleKeyDeletion(work, keyArn, windowInDays),
    cancelDeletion: () => cancelKeyDeletion(work, keyArn),
    isDeleted: () => keyIsDeleted(kms, keyArn),
    isUnseenBy: (error) => isNamed(error, 'NotFoundException') || isAccessDenied(error),
    setRotationPeriod: (days) => enableRotation(kms, work, keyArn, days),
    async rotate() {
      if (kmsWithoutRetry === undefined) throw new Error('this work rotates no key');
      return rotateKey(kmsWithoutRetry, work, keyArn);
    },
    materialStatus: () => materialStatusOf(kms, keyArn),
    isSuperseded: async (id) => isSuperseded(await rotationsOf(kms, keyArn), id),
    rotationsLeft: async (isRotating) =>
      onDemandRotationsLeft(await rotationsOf(kms, keyArn), isRotating),
    rotations: (query) => listRotations(kms, keyArn, query),
  };
}
