import { keyArn } from '../account.ts';
import { noteUse } from '../cryptography.ts';
import { dryRun } from '../errors.ts';
import { kmsOperation } from '../operation.ts';
import { authorizedSigning, signingMembers } from '../signing.ts';

export const sign = kmsOperation({
  name: 'Sign',
  members: signingMembers,
  cloudTrail: {
    readOnly: true,
    requestParameters: ['KeyId', 'MessageType', 'SigningAlgorithm', 'DryRun'],
    defaults: { MessageType: 'RAW' },
  },
  requestsPerSecond: null,
  crossAccount: true,
  run(account, call, input) {
    const { key, privateKey, pair, prepared } = authorizedSigning(account, call, 'Sign', input);
    if (input.DryRun) throw dryRun();
    const signature = pair.sign(privateKey, prepared);
    noteUse(account, call, key, 'Sign');
    return {
      KeyId: keyArn(account, key.keyId),
      Signature: signature.toString('base64'),
      SigningAlgorithm: input.SigningAlgorithm,
    };
  },
});
