import { authorizedKey } from '../access.ts';
import { optional, text } from '../input.ts';
import { keyName, limit, marker } from '../members.ts';
import { kmsOperation } from '../operation.ts';
import { page } from '../pagination.ts';

const members = {
  KeyId: keyName,
  GrantId: optional(text({ min: 1, max: 128 })),
  GranteePrincipal: optional(text({ min: 1, max: 256, pattern: '^[\\w+=,.@:/-]+$' })),
  Limit: limit(50),
  Marker: marker,
};

/** No key has any: CreateGrant makes none. */
export const listGrants = kmsOperation({
  name: 'ListGrants',
  members,
  cloudTrail: {
    readOnly: true,
    requestParameters: ['KeyId', 'GrantId', 'GranteePrincipal', 'Limit', 'Marker'],
  },
  requestsPerSecond: 100,
  crossAccount: true,
  run(account, call, input) {
    authorizedKey(account, call, 'kms:ListGrants', input.KeyId, 'ids', {
      'kms:GrantIsForAWSResource': 'false',
    });
    const { items, rest } = page([], (id) => id, input.Limit, input.Marker);
    return { Grants: items, ...rest };
  },
});
