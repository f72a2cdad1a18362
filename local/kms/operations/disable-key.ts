import { authorizedKey } from '../access.ts';
import { requireNotPendingDeletion } from '../key.ts';
import { replaceKey } from '../live-keys.ts';
import { keyName } from '../members.ts';
import { kmsOperation } from '../operation.ts';

const members = { KeyId: keyName };

export const disableKey = kmsOperation({
  name: 'DisableKey',
  members,
  cloudTrail: { readOnly: false, requestParameters: ['KeyId'], responseElements: 'key ARN' },
  requestsPerSecond: 5,
  run(account, call, { KeyId }) {
    const key = authorizedKey(account, call, 'kms:DisableKey', KeyId, 'ids');
    requireNotPendingDeletion(account, key);
    replaceKey(account, { ...key, enabled: false });
    return {};
  },
});
