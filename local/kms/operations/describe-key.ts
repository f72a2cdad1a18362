import { authorizedKey } from '../access.ts';
import { keyMetadata } from '../key.ts';
import { grantTokens, keyName } from '../members.ts';
import { kmsOperation } from '../operation.ts';

const members = { KeyId: keyName, GrantTokens: grantTokens };

export const describeKey = kmsOperation({
  name: 'DescribeKey',
  members,
  cloudTrail: { readOnly: true, requestParameters: ['KeyId'] },
  requestsPerSecond: 2000,
  crossAccount: true,
  run(account, call, { KeyId }) {
    const key = authorizedKey(account, call, 'kms:DescribeKey', KeyId, 'ids and aliases');
    return { KeyMetadata: keyMetadata(account, key) };
  },
});
