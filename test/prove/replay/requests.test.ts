/** What the local stack plays of keys and tables can be replayed, but for what is about no key and no table. */
import { expect, test } from '@jest/globals';
import { accesses } from '../../../local/dynamodb/access.ts';
import { kmsOperations } from '../../../local/kms/service.ts';
import { requests } from '../../../prove/replay/requests.ts';

const missing = (service: string, names: readonly string[]) =>
  names.filter((name) => !requests.has(`${service}:${name.toLowerCase()}`));

test("each of KMS's operations", () => {
  // ReEncrypt is two permissions: kms:ReEncryptFrom and kms:ReEncryptTo.
  const others = ['CreateKey', 'ListKeys', 'ListAliases', 'ReEncrypt', 'GenerateRandom'];
  const names = kmsOperations.map(({ name }) => name);
  expect(missing('kms', names)).toEqual(others);
  expect(missing('kms', ['ReEncryptFrom', 'ReEncryptTo'])).toEqual([]);
});

test("each of DynamoDB's", () => {
  expect(missing('dynamodb', Object.keys(accesses))).toEqual(['ListTables']);
});
