import { AwsError } from '../../aws/wire/aws-error.ts';

import { authorizedKey } from '../access.ts';
import { keyArn, now } from '../account.ts';
import { limitExceeded } from '../errors.ts';
import { requireEnabled, requireSymmetric } from '../key.ts';
import { replaceKey } from '../live-keys.ts';
import { keyName } from '../members.ts';
import { kmsOperation } from '../operation.ts';
import { lastAutomaticRotation, rotatedUntil } from '../rotation.ts';

const maxOnDemandRotations = 25;
const quietTimeMs = 20 * 60_000;

const members = { KeyId: keyName };

/**
 * The new material is current when this answers or, as on AWS, some time later: `onDemandRotationMs` of the account.
 * What AWS answers while a rotation on demand is at work is not documented; here it is a ConflictException.
 */
export const rotateKeyOnDemand = kmsOperation({
  name: 'RotateKeyOnDemand',
  members,
  cloudTrail: { readOnly: false, requestParameters: ['KeyId'], responseElements: ['KeyId'] },
  requestsPerSecond: 5,
  run(account, call, { KeyId }) {
    const key = authorizedKey(account, call, 'kms:RotateKeyOnDemand', KeyId, 'ids');
    const arn = keyArn(account, key.keyId);
    requireEnabled(account, key);
    requireSymmetric(account, key, 'RotateKeyOnDemand');
    const at = now(account);
    const automatic = lastAutomaticRotation(key);
    if (automatic !== undefined && at - automatic < quietTimeMs) {
      throw new AwsError('ConflictException', `${arn} was rotated automatically just now.`);
    }
    if (key.onDemandRotation !== undefined) {
      throw new AwsError('ConflictException', `${arn} is being rotated on demand.`);
    }
    const onDemand = key.materials.filter(({ origin }) => origin === 'ON_DEMAND');
    if (onDemand.length >= maxOnDemandRotations) {
      throw limitExceeded(`${arn} has been rotated on demand ${maxOnDemandRotations} times.`);
    }
    const onDemandRotation = { startedAt: at, endsAt: at + (account.onDemandRotationMs ?? 0) };
    replaceKey(account, rotatedUntil({ ...key, onDemandRotation }, at));
    return { KeyId: arn };
  },
});
