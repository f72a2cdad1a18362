/** What KMS says of a key, and whether that is what it says of a key that the product has made for the tenant. */

import type { KeyMetadata } from '@aws-sdk/client-kms';
import { describe, expect, test } from '@jest/globals';
import { tenantKey, unlikeTenantKey } from '../../../../lambdas/tenants/keys/tenant-key.ts';

const keyArnPrefix = 'arn:aws:kms:eu-central-1:111122223333:key/';
const made: KeyMetadata = {
  AWSAccountId: '111122223333',
  KeyId: '0d990263-018e-4e65-a703-eff731de951e',
  Arn: `${keyArnPrefix}0d990263-018e-4e65-a703-eff731de951e`,
  CreationDate: new Date(),
  Enabled: true,
  KeyState: 'Enabled',
  KeyManager: 'CUSTOMER',
  CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
  EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
  ...tenantKey('acme'),
};
const unlike = (change: Partial<KeyMetadata>) =>
  unlikeTenantKey({ ...made, ...change }, 'acme', keyArnPrefix);

test('a key as it was asked for is like one, in any state', () => {
  for (const KeyState of ['Enabled', 'Disabled', 'PendingDeletion', 'Unavailable'] as const) {
    expect(unlike({ KeyState, Enabled: KeyState === 'Enabled' })).toEqual([]);
  }
});

describe('a key that differs in one thing is not, and that thing is named', () => {
  const changes: Partial<KeyMetadata>[] = [
    { Arn: 'arn:aws:kms:eu-west-1:111122223333:key/1' },
    { Arn: 'arn:aws:kms:eu-central-1:444455556666:key/1' },
    { Arn: undefined },
    { KeyManager: 'AWS' },
    { KeySpec: 'ECC_NIST_P256' },
    { KeyUsage: 'SIGN_VERIFY' },
    { Origin: 'EXTERNAL' },
    { Origin: 'AWS_CLOUDHSM' },
    { Origin: 'EXTERNAL_KEY_STORE' },
    { MultiRegion: true },
    { MultiRegion: undefined },
    { Description: '' },
    { Description: 'tenant-keys: tenant acme2' },
    { Description: 'tenant-keys: tenant acme ' },
    { Description: 'Tenant-keys: tenant acme' },
  ];
  test.each(changes)('%j', (change) => {
    expect(unlike(change)).toEqual(Object.keys(change));
  });

  test("a neighbour's key, whose id begins alike", () => {
    expect(unlike(tenantKey('acme2'))).toEqual(['Description']);
  });
});
