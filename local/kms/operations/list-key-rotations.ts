import { authorizedKey } from '../access.ts';
import { epochSeconds, type KmsAccount, keyArn } from '../account.ts';
import { defaulted, oneOf } from '../input.ts';
import { requireSymmetric } from '../key.ts';
import { keyName, limit, marker } from '../members.ts';
import { kmsOperation } from '../operation.ts';
import { page } from '../pagination.ts';
import type { StoredKey } from '../stored-key.ts';

const members = {
  KeyId: keyName,
  IncludeKeyMaterial: defaulted(oneOf(['ROTATIONS_ONLY', 'ALL_KEY_MATERIAL']), 'ROTATIONS_ONLY'),
  Limit: limit(100),
  Marker: marker,
};

export const listKeyRotations = kmsOperation({
  name: 'ListKeyRotations',
  members,
  cloudTrail: {
    readOnly: true,
    requestParameters: ['KeyId', 'IncludeKeyMaterial', 'Limit', 'Marker'],
  },
  requestsPerSecond: 100,
  run(account, call, input) {
    const key = authorizedKey(account, call, 'kms:ListKeyRotations', input.KeyId, 'ids');
    requireSymmetric(account, key, 'ListKeyRotations');
    const all = input.IncludeKeyMaterial === 'ALL_KEY_MATERIAL';
    const shown = materialsOf(account, key).slice(all ? 0 : 1);
    const { items, rest } = page(shown, ({ position }) => position, input.Limit, input.Marker);
    return { Rotations: items.map(({ entry }) => entry), ...rest };
  },
});

/** Oldest first. The first material was made with the key, not by a rotation, so it has no rotation date. */
function materialsOf(account: KmsAccount, key: StoredKey) {
  return key.materials.map((material, index) => ({
    position: String(index).padStart(9, '0'),
    entry: {
      KeyId: keyArn(account, key.keyId),
      KeyMaterialId: material.id,
      KeyMaterialState: index === key.materials.length - 1 ? 'CURRENT' : 'NON_CURRENT',
      ...(index === 0
        ? {}
        : { RotationDate: epochSeconds(material.createdAt), RotationType: material.origin }),
    },
  }));
}
