import { authorizeAccount } from '../access.ts';
import { keyArn } from '../account.ts';
import { liveKeys } from '../live-keys.ts';
import { limit, marker } from '../members.ts';
import { kmsOperation } from '../operation.ts';
import { page } from '../pagination.ts';

const members = { Limit: limit(100), Marker: marker };

export const listKeys = kmsOperation({
  name: 'ListKeys',
  members,
  cloudTrail: { readOnly: true, requestParameters: ['Limit', 'Marker'] },
  requestsPerSecond: 500,
  run(account, call, input) {
    authorizeAccount(call, 'kms:ListKeys');
    const { items, rest } = page(
      liveKeys(account),
      ({ keyId }) => keyId,
      input.Limit,
      input.Marker,
    );
    const keys = items.map(({ keyId }) => ({ KeyId: keyId, KeyArn: keyArn(account, keyId) }));
    return { Keys: keys, ...rest };
  },
});
