import { authorizedKey } from '../access.ts';
import { epochSeconds, keyArn } from '../account.ts';
import { keyName } from '../members.ts';
import { kmsOperation } from '../operation.ts';

const members = { KeyId: keyName };

/**
 * Rotation is always off for a signing key, and while a key is pending deletion. There is no OnDemandRotationStartDate:
 * a rotation is done at once here.
 */
export const getKeyRotationStatus = kmsOperation({
  name: 'GetKeyRotationStatus',
  members,
  cloudTrail: { readOnly: true, requestParameters: ['KeyId'] },
  requestsPerSecond: 1000,
  run(account, call, { KeyId }) {
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
  },
});
