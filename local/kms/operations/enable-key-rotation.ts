import { authorizedKey } from '../access.ts';
import { now } from '../account.ts';
import { defaulted, integer } from '../input.ts';
import { requireEnabled, requireSymmetric } from '../key.ts';
import { replaceKey } from '../live-keys.ts';
import { keyName } from '../members.ts';
import { kmsOperation } from '../operation.ts';
import { rotationFrom } from '../rotation.ts';

const members = {
  KeyId: keyName,
  RotationPeriodInDays: defaulted(integer(90, 2560), 365),
};

/** Enabling it again with the same period keeps the next rotation date, so repeating never delays a rotation. */
export const enableKeyRotation = kmsOperation({
  name: 'EnableKeyRotation',
  members,
  cloudTrail: {
    readOnly: false,
    requestParameters: ['KeyId', 'RotationPeriodInDays'],
    responseElements: 'key ARN',
  },
  requestsPerSecond: 15,
  run(account, call, { KeyId, RotationPeriodInDays: period }) {
    const key = authorizedKey(account, call, 'kms:EnableKeyRotation', KeyId, 'ids', {
      'kms:RotationPeriodInDays': String(period),
    });
    requireEnabled(account, key);
    requireSymmetric(account, key, 'EnableKeyRotation');
    if (key.rotation?.periodInDays !== period) {
      replaceKey(account, { ...key, rotation: rotationFrom(now(account), period) });
    }
    return {};
  },
});
