import { dataKeyCloudTrail, dataKeyMembers, newDataKey } from '../data-key.ts';
import { kmsOperation } from '../operation.ts';

export const generateDataKey = kmsOperation({
  name: 'GenerateDataKey',
  members: dataKeyMembers,
  cloudTrail: dataKeyCloudTrail,
  requestsPerSecond: null,
  crossAccount: true,
  run(account, call, input) {
    const { plaintext, answer } = newDataKey(account, call, 'GenerateDataKey', input);
    return { ...answer, Plaintext: plaintext.toString('base64') };
  },
});
