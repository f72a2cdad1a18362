import { authorizedKey } from '../access.ts';
import { defaulted } from '../input.ts';
import { keyName, policyName } from '../members.ts';
import { kmsOperation } from '../operation.ts';
import { requireDefaultName } from '../policy.ts';

const members = { KeyId: keyName, PolicyName: defaulted(policyName, 'default') };

export const getKeyPolicy = kmsOperation({
  name: 'GetKeyPolicy',
  members,
  cloudTrail: { readOnly: true, requestParameters: ['KeyId', 'PolicyName'] },
  requestsPerSecond: 1000,
  run(account, call, { KeyId, PolicyName }) {
    const key = authorizedKey(account, call, 'kms:GetKeyPolicy', KeyId, 'ids');
    requireDefaultName(PolicyName);
    return { Policy: key.policy, PolicyName };
  },
});
