import { authorizedKey } from '../access.ts';
import { keyArn } from '../account.ts';
import { requireAsymmetric, requireEnabled } from '../key.ts';
import { keyPairOf } from '../key-pair.ts';
import { keySpecOf, keyTypeOf } from '../key-type.ts';
import { currentMaterial } from '../material.ts';
import { grantTokens, keyName } from '../members.ts';
import { kmsOperation } from '../operation.ts';

const members = { KeyId: keyName, GrantTokens: grantTokens };

/** Does not count as a use of the key: GetKeyLastUsage does not report it. */
export const getPublicKey = kmsOperation({
  name: 'GetPublicKey',
  members,
  cloudTrail: { readOnly: true, requestParameters: ['KeyId'] },
  requestsPerSecond: 2000,
  crossAccount: true,
  run(account, call, { KeyId }) {
    const key = authorizedKey(account, call, 'kms:GetPublicKey', KeyId, 'ids and aliases');
    requireEnabled(account, key);
    requireAsymmetric(account, key, 'GetPublicKey');
    const { usage, algorithms } = keyTypeOf(key);
    const privateKey = Buffer.from(currentMaterial(key).bytes, 'base64');
    return {
      KeyId: keyArn(account, key.keyId),
      PublicKey: keyPairOf(key).publicKeyOf(privateKey).toString('base64'),
      CustomerMasterKeySpec: keySpecOf(key),
      KeySpec: keySpecOf(key),
      KeyUsage: usage,
      ...algorithms,
    };
  },
});
