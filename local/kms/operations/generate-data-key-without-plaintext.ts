import { dataKeyCloudTrail, dataKeyMembers, newDataKey } from '../data-key.ts';
import { kmsOperation } from '../operation.ts';

export const generateDataKeyWithoutPlaintext = kmsOperation({
  name: 'GenerateDataKeyWithoutPlaintext',
  members: dataKeyMembers,
  cloudTrail: dataKeyCloudTrail,
  requestsPerSecond: null,
  crossAccount: true,
  run: (account, call, input) =>
    newDataKey(account, call, 'GenerateDataKeyWithoutPlaintext', input).answer,
});
