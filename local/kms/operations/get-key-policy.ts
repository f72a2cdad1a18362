import type { Operation } from '../../aws/operation.ts';

import { authorizedKey } from '../access.ts';
import type { KmsAccount } from '../account.ts';
import { defaulted, readInput } from '../input.ts';
import { keyName, policyName } from '../members.ts';
import { requireDefaultName } from '../policy.ts';

const shape = { KeyId: keyName, PolicyName: defaulted(policyName, 'default') };

export const getKeyPolicy =
  (account: KmsAccount): Operation =>
  (body, call) => {
    const { KeyId, PolicyName } = readInput(shape, body);
    const key = authorizedKey(account, call, 'kms:GetKeyPolicy', KeyId, 'ids');
    requireDefaultName(PolicyName);
    return { Policy: key.policy, PolicyName };
  };
