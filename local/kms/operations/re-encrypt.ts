import { authorizeKey, findKey } from '../access.ts';
import { accountNamed, keyArn } from '../account.ts';
import { decryptUnder, encryptUnder } from '../ciphertext.ts';
import { cryptoConditions, noteUse, requireUsable } from '../cryptography.ts';
import { dryRun } from '../errors.ts';
import { blob, optional } from '../input.ts';
import { currentMaterial } from '../material.ts';
import {
  absent,
  encryptionAlgorithm,
  encryptionContext,
  flag,
  grantTokens,
  keyName,
} from '../members.ts';
import { kmsOperation } from '../operation.ts';
import { findSource } from '../source-key.ts';

const from = 'kms:ReEncryptFrom';
const to = 'kms:ReEncryptTo';

const members = {
  CiphertextBlob: blob(1, 6144),
  SourceEncryptionContext: encryptionContext,
  SourceKeyId: optional(keyName),
  DestinationKeyId: keyName,
  DestinationEncryptionContext: encryptionContext,
  SourceEncryptionAlgorithm: encryptionAlgorithm,
  DestinationEncryptionAlgorithm: encryptionAlgorithm,
  GrantTokens: grantTokens,
  DryRun: flag,
  DryRunModifiers: absent('DryRunModifiers is not supported here'),
};

/** Needs two permissions: ReEncryptFrom on the source key with its context, ReEncryptTo on the destination with its own. */
export const reEncrypt = kmsOperation({
  name: 'ReEncrypt',
  members,
  cloudTrail: {
    readOnly: true,
    requestParameters: [
      'SourceKeyId',
      'SourceEncryptionContext',
      'SourceEncryptionAlgorithm',
      'DestinationKeyId',
      'DestinationEncryptionContext',
      'DestinationEncryptionAlgorithm',
      'DryRun',
    ],
    defaults: {
      SourceEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      DestinationEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    },
    additionalEventData: ({ SourceKeyMaterialId, DestinationKeyMaterialId }) => ({
      sourceKeyMaterialId: SourceKeyMaterialId,
      destinationKeyMaterialId: DestinationKeyMaterialId,
    }),
  },
  requestsPerSecond: null,
  run(own, call, input, accounts) {
    const fromAlgorithm = input.SourceEncryptionAlgorithm;
    const toAlgorithm = input.DestinationEncryptionAlgorithm;
    const fromConditions = cryptoConditions(input.SourceEncryptionContext, fromAlgorithm);
    const toConditions = cryptoConditions(input.DestinationEncryptionContext, toAlgorithm);
    const { CiphertextBlob, SourceKeyId: KeyId, DestinationKeyId } = input;
    const names = 'ids and aliases';
    const source = findSource(accounts, own, call, from, { CiphertextBlob, KeyId }, fromConditions);
    const toNamed = accountNamed(accounts, own, DestinationKeyId);
    const destination = findKey(toNamed, call, to, DestinationKeyId, names, toConditions);
    const { account: fromAccount, key: fromKey } = source.found;
    const { account: toAccount, key: toKey } = destination;
    const same = { 'kms:ReEncryptOnSameKey': String(fromKey.keyId === toKey.keyId) };
    source.authorize({ ...fromConditions, ...same });
    authorizeKey(call, destination, to, { ...toConditions, ...same });
    const ciphertext = source.ciphertext();
    requireUsable(fromAccount, fromKey, 'ENCRYPT_DECRYPT', 'ReEncrypt', fromAlgorithm);
    requireUsable(toAccount, toKey, 'ENCRYPT_DECRYPT', 'ReEncrypt', toAlgorithm);
    const plaintext = decryptUnder(fromKey, ciphertext, input.SourceEncryptionContext);
    if (input.DryRun) throw dryRun();
    const reencrypted = encryptUnder(toKey, plaintext, input.DestinationEncryptionContext);
    noteUse(fromAccount, call, fromKey, 'ReEncrypt');
    noteUse(toAccount, call, toKey, 'ReEncrypt');
    return {
      CiphertextBlob: reencrypted.toString('base64'),
      SourceKeyId: keyArn(fromAccount, fromKey.keyId),
      KeyId: keyArn(toAccount, toKey.keyId),
      SourceEncryptionAlgorithm: fromAlgorithm,
      DestinationEncryptionAlgorithm: toAlgorithm,
      SourceKeyMaterialId: ciphertext.materialId,
      DestinationKeyMaterialId: currentMaterial(toKey).id,
    };
  },
});
