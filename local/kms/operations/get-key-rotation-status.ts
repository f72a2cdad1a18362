import type { Operation } from '../../aws/operation.ts';

import { authorizedKey } from '../access.ts';
import { epochSeconds, type KmsAccount, keyArn } from '../account.ts';
import { readInput } from '../input.ts';
import { keyName } from '../members.ts';

const shape = { KeyId: keyName };

/** Always off for a signing key. Off while the key is pending deletion. OnDemandRotationStartDate never shows: a rotation is done at once. */
export const getKeyRotationStatus =
  (account: KmsAccount): Operation =>
  (body, call) => {
    const { KeyId } = readInput(shape, body);
    const key = authorizedKey(account, call, 'kms:GetKeyRotationStatus', KeyId, 'ids');
    const { rotation, deletion } = key;
    const arn = keyArn(account, key.keyId);
    if (rotation === undefined || deletion !== undefined) {
      return { KeyId: arn, KeyRotationEnabled: false };
    }
    return {
      KeyId: arn,
      KeyRotationEnabled: true,
      RotationPeriodInDays: rotation.periodInDays,
      NextRotationDate: epochSeconds(rotation.nextRotationAt),
    };
  };
