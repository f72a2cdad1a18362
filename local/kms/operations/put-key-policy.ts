import { authorizedKey } from '../access.ts';
import { keyArn } from '../account.ts';
import { defaulted } from '../input.ts';
import { replaceKey } from '../live-keys.ts';
import { requireNoLockout } from '../lockout.ts';
import { flag, keyName, policyName, policyText } from '../members.ts';
import { kmsOperation } from '../operation.ts';
import { parseKeyPolicy, requireDefaultName } from '../policy.ts';

const members = {
  KeyId: keyName,
  PolicyName: defaulted(policyName, 'default'),
  Policy: policyText,
  BypassPolicyLockoutSafetyCheck: flag,
};

export const putKeyPolicy = kmsOperation({
  name: 'PutKeyPolicy',
  members,
  cloudTrail: {
    readOnly: false,
    requestParameters: ['KeyId', 'PolicyName', 'Policy', 'BypassPolicyLockoutSafetyCheck'],
  },
  requestsPerSecond: 15,
  run(account, call, input) {
    const bypass = input.BypassPolicyLockoutSafetyCheck;
    const key = authorizedKey(account, call, 'kms:PutKeyPolicy', input.KeyId, 'ids', {
      'kms:BypassPolicyLockoutSafetyCheck': String(bypass),
    });
    requireDefaultName(input.PolicyName);
    const policy = parseKeyPolicy(input.Policy, keyArn(account, key.keyId));
    if (!bypass) requireNoLockout(account, call, key, policy);
    replaceKey(account, { ...key, policy: input.Policy });
    return {};
  },
});
