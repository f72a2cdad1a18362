import type { Operation } from '../../aws/operation.ts';

import { authorizedKey } from '../access.ts';
import type { KmsAccount } from '../account.ts';
import { readInput } from '../input.ts';
import { requireEnabled, requireSymmetric } from '../key.ts';
import { replaceKey } from '../live-keys.ts';
import { keyName } from '../members.ts';

const shape = { KeyId: keyName };

export const disableKeyRotation =
  (account: KmsAccount): Operation =>
  (body, call) => {
    const { KeyId } = readInput(shape, body);
    const key = authorizedKey(account, call, 'kms:DisableKeyRotation', KeyId, 'ids');
    requireEnabled(account, key);
    requireSymmetric(account, key, 'DisableKeyRotation');
    const { rotation: _, ...withoutRotation } = key;
    replaceKey(account, withoutRotation);
    return {};
  };
