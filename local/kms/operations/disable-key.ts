import type { Operation } from '../../aws/operation.ts';

import { authorizedKey } from '../access.ts';
import type { KmsAccount } from '../account.ts';
import { readInput } from '../input.ts';
import { requireNotPendingDeletion } from '../key.ts';
import { replaceKey } from '../live-keys.ts';
import { keyName } from '../members.ts';

const shape = { KeyId: keyName };

export const disableKey =
  (account: KmsAccount): Operation =>
  (body, call) => {
    const { KeyId } = readInput(shape, body);
    const key = authorizedKey(account, call, 'kms:DisableKey', KeyId, 'ids');
    requireNotPendingDeletion(account, key);
    replaceKey(account, { ...key, enabled: false });
    return {};
  };
