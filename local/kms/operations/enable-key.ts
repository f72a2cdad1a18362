import { authorizedKey } from '../access.ts';
import { now } from '../account.ts';
import { requireNotPendingDeletion } from '../key.ts';
import { replaceKey } from '../live-keys.ts';
import { keyName } from '../members.ts';
import { kmsOperation } from '../operation.ts';
import { enabledKey } from '../rotation.ts';

const members = { KeyId: keyName };

export const enableKey = kmsOperation({
  name: 'EnableKey',
  members,
  cloudTrail: { readOnly: false, requestParameters: ['KeyId'], responseElements: 'key ARN' },
  requestsPerSecond: 5,
  run(account, call, { KeyId }) {
    const key = authorizedKey(account, call, 'kms:EnableKey', KeyId, 'ids');
    requireNotPendingDeletion(account, key);
    replaceKey(account, enabledKey(key, now(account)));
    return {};
  },
});
