import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { certificate as certificateSchema } from '../../../contract/certificates.ts';
import { certificateOf, signedBytes } from '../../../lambdas/certificates/erasure-certificate.ts';
import { tenantRow } from '../../../lambdas/tenants/registry/tenant-row.ts';
import { verifies } from '../../harness/signature.ts';
import { rowOf } from '../../harness/tenant-row.ts';

const signingKeyArn = 'arn:aws:kms:eu-central-1:111122223333:key/signs';
const offboarding = {
  windowInDays: 7,
  requestedBy: 'operator',
  requestedAt: '2026-02-01T00:00:00.000Z',
  keyMaterialIds: ['b'.repeat(64), 'a'.repeat(64)],
  keyLastUsed: { operation: 'Decrypt', at: '2026-01-31T00:00:00.000Z' },
  deletionDate: '2026-02-08T00:00:00.000Z',
  kmsRequestId: '2fe87acb-3d6f-48e6-b5d8-a3591bdb8d5e',
};
const erased = (change: object = {}) =>
  tenantRow.parse(
    rowOf({
      status: 'ERASED',
      erasedAt: '2026-02-08T00:14:00.000Z',
      displayName: 'Ünïcode & Söhne',
      offboarding: { ...offboarding, ...change },
    }),
  );

describe('a certificate', () => {
  test('has these bytes, and no others, whenever it is made', () => {
    const bytes = signedBytes(certificateOf(erased(), signingKeyArn)).toString();
    expect(bytes).toBe(
      '{"createdAt":"2026-01-01T00:00:00.000Z","deletionDate":"2026-02-08T00:00:00.000Z",' +
        '"erasedAt":"2026-02-08T00:14:00.000Z",' +
        '"keyArn":"arn:aws:kms:eu-central-1:111122223333:key/1",' +
        '"keyLastUsed":{"at":"2026-01-31T00:00:00.000Z","operation":"Decrypt"},' +
        `"keyMaterialIds":["${'b'.repeat(64)}","${'a'.repeat(64)}"],` +
        '"kmsRequestId":"2fe87acb-3d6f-48e6-b5d8-a3591bdb8d5e",' +
        '"offboardedAt":"2026-02-01T00:00:00.000Z","offboardedBy":"operator",' +
        '"signingAlgorithm":"ECDSA_SHA_256",' +
        '"signingKeyArn":"arn:aws:kms:eu-central-1:111122223333:key/signs","tenantId":"acme",' +
        '"type":"tenant-keys/erasure-certificate/v1","windowInDays":7}',
    );
  });

  test('does not say how the tenant was called', () => {
    expect(signedBytes(certificateOf(erased(), signingKeyArn)).toString()).not.toContain('code');
  });

  test('is printable ASCII for every principal, different for two, and survives JSON', async () => {
    const bytesFor = (requestedBy: string) =>
      signedBytes(certificateOf(erased({ requestedBy }), signingKeyArn)).toString('latin1');
    const text = fc.string({ unit: 'binary' });
    await fc.assert(
      fc.asyncProperty(text, text, async (one, other) => {
        const bytes = bytesFor(one);
        expect(bytes).toMatch(/^[ -~]*$/);
        expect(signedBytes(certificateSchema.parse(JSON.parse(bytes))).toString()).toBe(bytes);
        expect(bytes === bytesFor(other)).toBe(one === other);
      }),
    );
  });

  test.each([
    ['ACTIVE', undefined, 'The tenant is ACTIVE.'],
    ['SUSPENDED', undefined, 'The tenant is SUSPENDED.'],
    ['OFFBOARDING', offboarding, /KMS deletes its key on 2026-02-08T00:00:00\.000Z\.$/],
  ] as const)('there is none of a tenant who is %s', (status, written, detail) => {
    const row = tenantRow.parse(rowOf({ status, ...(written && { offboarding: written }) }));
    expect(() => certificateOf(row, signingKeyArn)).toThrow(
      expect.objectContaining({
        code: 'tenant-not-erased',
        message: expect.stringMatching(detail),
      }),
    );
  });

  test('there is none of an erasure of which the row does not tell', () => {
    const row = tenantRow.parse(rowOf({ status: 'ERASED' }));
    expect(() => certificateOf(row, signingKeyArn)).toThrow('does not tell');
  });
});

describe('its signature', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const bytes = signedBytes(certificateOf(erased(), signingKeyArn));
  const signature = sign('sha256', bytes, privateKey);

  test('verifies, and after a change of any byte does not', () => {
    expect(verify('sha256', bytes, publicKey, signature)).toBe(true);
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(bytes.readUInt8(at) ^ 1, at);
      expect(verify('sha256', changed, publicKey, signature)).toBe(false);
    }
  });

  test('verifies by openssl too, and with a line feed more it does not', () => {
    const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString();
    expect(verifies(bytes, pem, signature)).toBe(true);
    expect(verifies(Buffer.concat([bytes, Buffer.from('\n')]), pem, signature)).toBe(false);
  });
});
