import { authorizedKey } from '../access.ts';
import { requireNotPendingDeletion } from '../key.ts';
import { replaceKey } from '../live-keys.ts';
import { description, keyName } from '../members.ts';
import { kmsOperation } from '../operation.ts';

const members = { KeyId: keyName, Description: description };

export const updateKeyDescription = kmsOperation({
  name: 'UpdateKeyDescription',
  members,
  cloudTrail: { readOnly: false, requestParameters: ['KeyId', 'Description'] },
  requestsPerSecond: 5,
  run(account, call, { KeyId, Description }) {
    const key = authorizedKey(account, call, 'kms:UpdateKeyDescription', KeyId, 'ids');
    requireNotPendingDeletion(account, key);
    replaceKey(account, { ...key, description: Description });
    return {};
  },
});
