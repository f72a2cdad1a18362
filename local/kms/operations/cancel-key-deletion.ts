import type { Operation } from '../../aws/operation.ts';

import { authorizedKey } from '../access.ts';
import { type KmsAccount, keyArn } from '../account.ts';
import { readInput } from '../input.ts';
import { requirePendingDeletion } from '../key.ts';
import { replaceKey } from '../live-keys.ts';
import { keyName } from '../members.ts';

const shape = { KeyId: keyName };

/** The key is Disabled afterwards, whatever it was before. */
export const cancelKeyDeletion =
  (account: KmsAccount): Operation =>
  (body, call) => {
    const { KeyId } = readInput(shape, body);
    const key = authorizedKey(account, call, 'kms:CancelKeyDeletion', KeyId, 'ids');
    requirePendingDeletion(account, key);
    const { deletion: _, ...kept } = key;
    replaceKey(account, { ...kept, enabled: false });
    return { KeyId: keyArn(account, key.keyId) };
  };
