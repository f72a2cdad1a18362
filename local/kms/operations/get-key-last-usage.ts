import type { Operation } from '../../aws/operation.ts';
import { eventIdOf } from '../../aws/wire/event-id.ts';
import { authorizedKey } from '../access.ts';
import { epochSeconds, type KmsAccount, keyArn } from '../account.ts';
import { readInput } from '../input.ts';
import { keyName } from '../members.ts';
import type { KeyUse } from '../stored-key.ts';

const shape = { KeyId: keyName };

export const getKeyLastUsage =
  (account: KmsAccount): Operation =>
  (body, call) => {
    const { KeyId } = readInput(shape, body);
    const key = authorizedKey(account, call, 'kms:GetKeyLastUsage', KeyId, 'ids');
    const use = account.store.uses.get(key.keyId);
    return {
      KeyId: keyArn(account, key.keyId),
      KeyLastUsage: use === undefined ? {} : lastUsage(use),
      TrackingStartDate: epochSeconds(key.createdAt),
      KeyCreationDate: epochSeconds(key.createdAt),
    };
  };

const lastUsage = (use: KeyUse) => ({
  Operation: use.operation,
  Timestamp: epochSeconds(use.at),
  CloudTrailEventId: eventIdOf(use.requestId),
  KmsRequestId: use.requestId,
});
