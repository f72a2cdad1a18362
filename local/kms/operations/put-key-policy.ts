import type { Operation } from '../../aws/operation.ts';

import { authorizedKey } from '../access.ts';
import { type KmsAccount, keyArn } from '../account.ts';
import { defaulted, readInput } from '../input.ts';
import { replaceKey } from '../live-keys.ts';
import { requireNoLockout } from '../lockout.ts';
import { flag, keyName, policyName, policyText } from '../members.ts';
import { parseKeyPolicy, requireDefaultName } from '../policy.ts';

const shape = {
  KeyId: keyName,
  PolicyName: defaulted(policyName, 'default'),
  Policy: policyText,
  BypassPolicyLockoutSafetyCheck: flag,
};

export const putKeyPolicy =
  (account: KmsAccount): Operation =>
  (body, call) => {
    const input = readInput(shape, body);
    const bypass = input.BypassPolicyLockoutSafetyCheck;
    const key = authorizedKey(account, call, 'kms:PutKeyPolicy', input.KeyId, 'ids', {
      'kms:BypassPolicyLockoutSafetyCheck': String(bypass),
    });
    requireDefaultName(input.PolicyName);
    const policy = parseKeyPolicy(input.Policy, keyArn(account, key.keyId));
    if (!bypass) requireNoLockout(account, call, key, policy);
    replaceKey(account, { ...key, policy: input.Policy });
    return {};
  };
