import { authorizedKey } from '../access.ts';
import { epochSeconds, keyArn } from '../account.ts';
import { keyName } from '../members.ts';
import { kmsOperation } from '../operation.ts';

const members = { KeyId: keyName };

/** Rotation is always off for a signing key, and while a key is pending deletion. */
export const getKeyRotationStatus = kmsOperation({
  name: 'GetKeyRotationStatus',
  members,
  cloudTrail: { readOnly: true, requestParameters: ['KeyId'] },
  requestsPerSecond: 1000,
  crossAccount: true,
  run(account, call, { KeyId }) {
    const key = authorizedKey(account, call, 'kms:GetKeyRotationStatus', KeyId, 'ids');
    const { rotation, deletion, onDemandRotation } = key;
    const onDemand = onDemandRotation && {
      OnDemandRotationStartDate: epochSeconds(onDemandRotation.startedAt),
    };
    const arn = keyArn(account, key.keyId);
    if (rotation === undefined || deletion !== undefined) {
      return { KeyId: arn, KeyRotationEnabled: false, ...onDemand };
    }
    return {
      KeyId: arn,
      KeyRotationEnabled: true,
      RotationPeriodInDays: rotation.periodInDays,
      NextRotationDate: epochSeconds(rotation.nextRotationAt),
      ...onDemand,
    };
  },
});
