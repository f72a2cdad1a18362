import type { Operation } from '../../aws/operation.ts';

import { authorizedKey } from '../access.ts';
import { type KmsAccount, now } from '../account.ts';
import { defaulted, integer, readInput } from '../input.ts';
import { requireEnabled, requireSymmetric } from '../key.ts';
import { replaceKey } from '../live-keys.ts';
import { keyName } from '../members.ts';
import { rotationFrom } from '../rotation.ts';

const shape = {
  KeyId: keyName,
  RotationPeriodInDays: defaulted(integer(90, 2560), 365),
};

/** Enabling again with the same period leaves the next date alone, so repeating it never puts a rotation off. */
export const enableKeyRotation =
  (account: KmsAccount): Operation =>
  (body, call) => {
    const { KeyId, RotationPeriodInDays: period } = readInput(shape, body);
    const key = authorizedKey(account, call, 'kms:EnableKeyRotation', KeyId, 'ids', {
      'kms:RotationPeriodInDays': String(period),
    });
    requireEnabled(account, key);
    requireSymmetric(account, key, 'EnableKeyRotation');
    if (key.rotation?.periodInDays !== period) {
      replaceKey(account, { ...key, rotation: rotationFrom(now(account), period) });
    }
    return {};
  };
