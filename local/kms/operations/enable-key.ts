import type { Operation } from '../../aws/operation.ts';

import { authorizedKey } from '../access.ts';
import { type KmsAccount, now } from '../account.ts';
import { readInput } from '../input.ts';
import { requireNotPendingDeletion } from '../key.ts';
import { replaceKey } from '../live-keys.ts';
import { keyName } from '../members.ts';
import { enabledKey } from '../rotation.ts';

const shape = { KeyId: keyName };

export const enableKey =
  (account: KmsAccount): Operation =>
  (body, call) => {
    const { KeyId } = readInput(shape, body);
    const key = authorizedKey(account, call, 'kms:EnableKey', KeyId, 'ids');
    requireNotPendingDeletion(account, key);
    replaceKey(account, enabledKey(key, now(account)));
    return {};
  };
