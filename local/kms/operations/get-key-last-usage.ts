import { eventIdOf } from '../../aws/wire/event-id.ts';
import { authorizedKey } from '../access.ts';
import { epochSeconds, keyArn } from '../account.ts';
import { keyName } from '../members.ts';
import { kmsOperation } from '../operation.ts';
import type { KeyUse } from '../stored-key.ts';

const members = { KeyId: keyName };

export const getKeyLastUsage = kmsOperation({
  name: 'GetKeyLastUsage',
  members,
  cloudTrail: { readOnly: true, requestParameters: ['KeyId'] },
  requestsPerSecond: 5,
  run(account, call, { KeyId }) {
    const key = authorizedKey(account, call, 'kms:GetKeyLastUsage', KeyId, 'ids');
    const use = account.store.uses.get(key.keyId);
    return {
      KeyId: keyArn(account, key.keyId),
      KeyLastUsage: use === undefined ? {} : lastUsage(use),
      TrackingStartDate: epochSeconds(key.createdAt),
      KeyCreationDate: epochSeconds(key.createdAt),
    };
  },
});

const lastUsage = (use: KeyUse) => ({
  Operation: use.operation,
  Timestamp: epochSeconds(use.at),
  CloudTrailEventId: eventIdOf(use.requestId),
  KmsRequestId: use.requestId,
});
