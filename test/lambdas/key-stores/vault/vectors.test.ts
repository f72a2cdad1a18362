/** The vectors of docs/key-stores/vault.md are what it says, for whoever has nothing of ours. */
import { buildClient, CommitmentPolicy } from '@aws-crypto/client-node';
import { describe, expect, test } from '@jest/globals';
import { associatedDataOf } from '../../../../lambdas/key-stores/vault/associated-data.ts';
import { versionOf } from '../../../../lambdas/key-stores/vault/vault-ciphertext.ts';
import { associatedData, readVectors, TransitKeyring, unwrap } from '../../../vectors/vault.ts';

const { key, dataKeys, messages, otherSpellings } = readVectors();
const material = Buffer.from(key.material, 'base64');
const { decrypt } = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);

describe.each(dataKeys.map((one, index) => [index, one] as const))('data key %i', (_, vector) => {
  const aad = associatedData(vector.encryptionContext);

  test('has this associated data, by the document and by us', () => {
    expect(aad.toString('base64')).toBe(vector.associatedData);
    expect(associatedDataOf(vector.encryptionContext)).toBe(vector.associatedData);
  });

  test('opens under it, and under no other', () => {
    expect(unwrap(material, vector.ciphertext, aad).toString('base64')).toBe(vector.dataKey);
    expect(() => unwrap(material, vector.ciphertext, Buffer.of(0, 0))).toThrow();
    expect(versionOf(vector.ciphertext)).toBe('v1');
  });
});

test.each(messages.map((one, index) => [index, one] as const))(
  'the stock Encryption SDK opens message %i with a keyring of the document',
  async (_, { message, plaintext, encryptionContext }) => {
    const opened = await decrypt(new TransitKeyring(material), Buffer.from(message, 'base64'));
    expect(opened.plaintext.toString('base64')).toBe(plaintext);
    expect({ ...opened.messageHeader.encryptionContext }).toEqual(encryptionContext);
    const [wrapped] = opened.messageHeader.encryptedDataKeys;
    expect(wrapped?.providerInfo).toBe(`tenant-keys/keys/${key.name}`);
  },
);

test('of each other spelling we read none', () => {
  expect(otherSpellings.map(versionOf).filter((one) => one !== undefined)).toEqual([]);
  expect(otherSpellings.length).toBeGreaterThan(2);
});
