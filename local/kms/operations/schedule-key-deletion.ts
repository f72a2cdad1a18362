import { authorizedKey } from '../access.ts';
import { dayMs, epochSeconds, keyArn, now } from '../account.ts';
import { defaulted, integer } from '../input.ts';
import { keyState, requireNotPendingDeletion } from '../key.ts';
import { replaceKey } from '../live-keys.ts';
import { keyName } from '../members.ts';
import { kmsOperation } from '../operation.ts';

const members = {
  KeyId: keyName,
  // The API's model says 1-365, the API reference 7-30.
  PendingWindowInDays: defaulted(integer(7, 30), 30),
};

export const scheduleKeyDeletion = kmsOperation({
  name: 'ScheduleKeyDeletion',
  members,
  cloudTrail: {
    readOnly: false,
    requestParameters: ['KeyId', 'PendingWindowInDays'],
    responseElements: ['KeyId', 'KeyState', 'DeletionDate'],
  },
  requestsPerSecond: 15,
  run(account, call, { KeyId, PendingWindowInDays: windowInDays }) {
    const key = authorizedKey(account, call, 'kms:ScheduleKeyDeletion', KeyId, 'ids', {
      'kms:ScheduleKeyDeletionPendingWindowInDays': String(windowInDays),
    });
    requireNotPendingDeletion(account, key);
    const at = now(account) + windowInDays * dayMs;
    const scheduled = { ...key, deletion: { at, windowInDays } };
    replaceKey(account, scheduled);
    return {
      KeyId: keyArn(account, key.keyId),
      DeletionDate: epochSeconds(at),
      KeyState: keyState(scheduled),
      PendingWindowInDays: windowInDays,
    };
  },
});
