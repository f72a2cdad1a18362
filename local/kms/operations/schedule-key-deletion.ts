import type { Operation } from '../../aws/operation.ts';

import { authorizedKey } from '../access.ts';
import { dayInMilliseconds, epochSeconds, type KmsAccount, keyArn, now } from '../account.ts';
import { defaulted, integer, readInput } from '../input.ts';
import { keyState, requireNotPendingDeletion } from '../key.ts';
import { replaceKey } from '../live-keys.ts';
import { keyName } from '../members.ts';

const shape = {
  KeyId: keyName,
  // The API's model says 1-365, the API reference 7-30.
  PendingWindowInDays: defaulted(integer(7, 30), 30),
};

export const scheduleKeyDeletion =
  (account: KmsAccount): Operation =>
  (body, call) => {
    const { KeyId, PendingWindowInDays: windowInDays } = readInput(shape, body);
    const key = authorizedKey(account, call, 'kms:ScheduleKeyDeletion', KeyId, 'ids', {
      'kms:ScheduleKeyDeletionPendingWindowInDays': String(windowInDays),
    });
    requireNotPendingDeletion(account, key);
    const at = now(account) + windowInDays * dayInMilliseconds;
    const scheduled = { ...key, deletion: { at, windowInDays } };
    replaceKey(account, scheduled);
    return {
      KeyId: keyArn(account, key.keyId),
      DeletionDate: epochSeconds(at),
      KeyState: keyState(scheduled),
      PendingWindowInDays: windowInDays,
    };
  };
