import { authorizedKey } from '../access.ts';
import { epochSeconds, keyArn } from '../account.ts';
import { keyName } from '../members.ts';
import { kmsOperation } from '../operation.ts';

const members = { KeyId: keyName };

/** Always off for a signing key. Off while the key is pending deletion. OnDemandRotationStartDate never shows: a rotation is done at once. */
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
