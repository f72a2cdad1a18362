import { authorizedKey } from '../access.ts';
import { keyName, limit, marker } from '../members.ts';
import { kmsOperation } from '../operation.ts';
import { page } from '../pagination.ts';

const members = { KeyId: keyName, Limit: limit(100), Marker: marker };

/** A key has one policy, and its name is `default`. */
export const listKeyPolicies = kmsOperation({
  name: 'ListKeyPolicies',
  members,
  cloudTrail: { readOnly: true, requestParameters: ['KeyId', 'Limit', 'Marker'] },
  requestsPerSecond: 100,
  run(account, call, input) {
    authorizedKey(account, call, 'kms:ListKeyPolicies', input.KeyId, 'ids');
    const { items, rest } = page(['default'], (name) => name, input.Limit, input.Marker);
    return { PolicyNames: items, ...rest };
  },
});
