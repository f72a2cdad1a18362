import type { Operation } from '../../aws/operation.ts';

import { authorizedKey } from '../access.ts';
import type { KmsAccount } from '../account.ts';
import { readInput } from '../input.ts';
import { keyMetadata } from '../key.ts';
import { grantTokens, keyName } from '../members.ts';

const shape = { KeyId: keyName, GrantTokens: grantTokens };

export const describeKey =
  (account: KmsAccount): Operation =>
  (body, call) => {
    const { KeyId } = readInput(shape, body);
    const key = authorizedKey(account, call, 'kms:DescribeKey', KeyId, 'ids and aliases');
    return { KeyMetadata: keyMetadata(account, key) };
  };
