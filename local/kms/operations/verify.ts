import { keyArn } from '../account.ts';
import { noteUse } from '../cryptography.ts';
import { dryRun, invalidSignature } from '../errors.ts';
import { blob } from '../input.ts';
import { kmsOperation } from '../operation.ts';
import { authorizedSigning, signingMembers } from '../signing.ts';

const members = { ...signingMembers, Signature: blob(1, 6144) };

/** An invalid signature is an error, not an answer. */
export const verify = kmsOperation({
  name: 'Verify',
  members,
  cloudTrail: {
    readOnly: true,
    requestParameters: ['KeyId', 'MessageType', 'SigningAlgorithm', 'DryRun'],
    defaults: { MessageType: 'RAW' },
  },
  requestsPerSecond: null,
  crossAccount: true,
  run(account, call, input) {
    const { key, privateKey, pair, prepared } = authorizedSigning(account, call, 'Verify', input);
    if (!pair.isSignatureOf(privateKey, prepared, input.Signature)) throw invalidSignature();
    if (input.DryRun) throw dryRun();
    noteUse(account, call, key, 'Verify');
    return {
      KeyId: keyArn(account, key.keyId),
      SignatureValid: true,
      SigningAlgorithm: input.SigningAlgorithm,
    };
  },
});
