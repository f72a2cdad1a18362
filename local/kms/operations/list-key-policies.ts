import type { Operation } from '../../aws/operation.ts';

import { authorizedKey } from '../access.ts';
import type { KmsAccount } from '../account.ts';
import { readInput } from '../input.ts';
import { keyName, limit, marker } from '../members.ts';
import { page } from '../pagination.ts';

const shape = { KeyId: keyName, Limit: limit(100), Marker: marker };

/** A key has one policy, and its name is `default`. */
export const listKeyPolicies =
  (account: KmsAccount): Operation =>
  (body, call) => {
    const input = readInput(shape, body);
    authorizedKey(account, call, 'kms:ListKeyPolicies', input.KeyId, 'ids');
    const { items, rest } = page(['default'], (name) => name, input.Limit, input.Marker);
    return { PolicyNames: items, ...rest };
  };
