import { randomBytes } from 'node:crypto';
import { authorizeAccount } from '../access.ts';
import { validation } from '../errors.ts';
import { integer, optional } from '../input.ts';
import { absent } from '../members.ts';
import { kmsOperation } from '../operation.ts';

const members = {
  NumberOfBytes: optional(integer(1, 1024)),
  CustomKeyStoreId: absent('Custom key stores are not supported here'),
  Recipient: absent('Nitro enclaves are not supported here: leave Recipient out'),
};

/** Uses no key: IAM alone decides. */
export const generateRandom = kmsOperation({
  name: 'GenerateRandom',
  members,
  cloudTrail: { readOnly: true, requestParameters: [] },
  requestsPerSecond: null,
  run(_account, call, { NumberOfBytes }) {
    // The API's model does not require it, the service does: "You must use the NumberOfBytes parameter", API reference.
    if (NumberOfBytes === undefined) throw validation('NumberOfBytes is required.');
    authorizeAccount(call, 'kms:GenerateRandom');
    return { Plaintext: randomBytes(NumberOfBytes).toString('base64') };
  },
});
