import { authorizedKey } from '../access.ts';
import { requireEnabled, requireSymmetric } from '../key.ts';
import { replaceKey } from '../live-keys.ts';
import { keyName } from '../members.ts';
import { kmsOperation } from '../operation.ts';

const members = { KeyId: keyName };

export const disableKeyRotation = kmsOperation({
  name: 'DisableKeyRotation',
  members,
  cloudTrail: { readOnly: false, requestParameters: ['KeyId'] },
  requestsPerSecond: 5,
  run(account, call, { KeyId }) {
    const key = authorizedKey(account, call, 'kms:DisableKeyRotation', KeyId, 'ids');
    requireEnabled(account, key);
    requireSymmetric(account, key, 'DisableKeyRotation');
    const { rotation: _, ...withoutRotation } = key;
    replaceKey(account, withoutRotation);
    return {};
  },
});
