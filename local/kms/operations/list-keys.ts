import type { Operation } from '../../aws/operation.ts';

import { authorizeAccount } from '../access.ts';
import { type KmsAccount, keyArn } from '../account.ts';
import { readInput } from '../input.ts';
import { liveKeys } from '../live-keys.ts';
import { limit, marker } from '../members.ts';
import { page } from '../pagination.ts';

const shape = { Limit: limit(100), Marker: marker };

export const listKeys =
  (account: KmsAccount): Operation =>
  (body, call) => {
    const input = readInput(shape, body);
    authorizeAccount(call, 'kms:ListKeys');
    const { items, rest } = page(
      liveKeys(account),
      ({ keyId }) => keyId,
      input.Limit,
      input.Marker,
    );
    const keys = items.map(({ keyId }) => ({ KeyId: keyId, KeyArn: keyArn(account, keyId) }));
    return { Keys: keys, ...rest };
  };
