import { authorizedKey } from '../access.ts';
import { keyArn } from '../account.ts';
import { requirePendingDeletion } from '../key.ts';
import { replaceKey } from '../live-keys.ts';
import { keyName } from '../members.ts';
import { kmsOperation } from '../operation.ts';

const members = { KeyId: keyName };

/** The key is Disabled afterwards, whatever it was before. */
export const cancelKeyDeletion = kmsOperation({
  name: 'CancelKeyDeletion',
  members,
  cloudTrail: { readOnly: false, requestParameters: ['KeyId'], responseElements: ['KeyId'] },
  requestsPerSecond: 5,
  run(account, call, { KeyId }) {
    const key = authorizedKey(account, call, 'kms:CancelKeyDeletion', KeyId, 'ids');
    requirePendingDeletion(account, key);
    const { deletion: _, ...kept } = key;
    replaceKey(account, { ...kept, enabled: false });
    return { KeyId: keyArn(account, key.keyId) };
  },
});
