import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { certificate as certificateSchema } from '../../../contract/certificates.ts';
import { canonicalBytes, statementOf } from '../../../lambdas/certificates/canonical-json.ts';
import { certificateOf, type Issue } from '../../../lambdas/certificates/erasure-certificate.ts';
import { tenantRow } from '../../../lambdas/tenants/registry/tenant-row.ts';
import { verifies } from '../../harness/signature.ts';
import { rowOf } from '../../harness/tenant-row.ts';

const arn = (id: string) => `arn:aws:kms:eu-central-1:111122223333:key/${id}`;
const trailArn = 'arn:aws:cloudtrail:eu-central-1:111122223333:trail/TenantKeys-trail';
const issue: Issue = {
  issuedFor: { accountId: '111122223333', region: 'eu-central-1', stackName: 'TenantKeys' },
  signingKeys: [
    { signingAlgorithm: 'ECDSA_SHA_256', keyArn: arn('signs') },
    { signingAlgorithm: 'ML_DSA_SHAKE_256', keyArn: arn('signs-too') },
  ],
  trail: { trailArn, bucketName: 'trail-bucket' },
  auditRetentionDays: 365,
  now: Date.parse('2026-03-01T12:00:00.000Z'),
};
const offboarding = {
  windowInDays: 7,
  requestedBy: 'operator',
  requestedAt: '2026-02-01T00:00:00.000Z',
  keyMaterialIds: ['b'.repeat(64), 'a'.repeat(64)],
  keyLastUsed: { operation: 'Decrypt', at: '2026-01-31T00:00:00.000Z' },
  deletionDate: '2026-02-08T00:00:00.000Z',
  kmsRequestId: '2fe87acb-3d6f-48e6-b5d8-a3591bdb8d5e',
};
const erased = (change: object = {}, names: object = { displayName: 'Ünïcode & Söhne' }) =>
  tenantRow.parse(
    rowOf({
      status: 'ERASED',
      erasedAt: '2026-02-08T00:14:00.000Z',
      ...names,
      offboarding: { ...offboarding, ...change },
    }),
  );

describe('a certificate', () => {
  test('says what was erased, in these bytes and no others', () => {
    const { notCovered: _, ...said } = certificateOf(erased(), issue);
    expect(canonicalBytes(said as never).toString()).toBe(
      '{"createdAt":"2026-01-01T00:00:00.000Z","deletionDate":"2026-02-08T00:00:00.000Z",' +
        '"displayName":"%C3%9Cn%C3%AFcode & S%C3%B6hne","erasedAt":"2026-02-08T00:14:00.000Z",' +
        '"issuedAt":"2026-03-01T12:00:00.000Z",' +
        '"issuedFor":{"accountId":"111122223333","region":"eu-central-1","stackName":"TenantKeys"},' +
        '"keyArn":"arn:aws:kms:eu-central-1:111122223333:key/1",' +
        '"keyLastUsed":{"at":"2026-01-31T00:00:00.000Z","operation":"Decrypt"},' +
        `"keyMaterialIds":["${'b'.repeat(64)}","${'a'.repeat(64)}"],` +
        '"kmsRequestId":"2fe87acb-3d6f-48e6-b5d8-a3591bdb8d5e",' +
        '"offboardedAt":"2026-02-01T00:00:00.000Z","offboardedBy":"operator",' +
        `"signingKeys":[{"keyArn":"${arn('signs')}","signingAlgorithm":"ECDSA_SHA_256"},` +
        `{"keyArn":"${arn('signs-too')}","signingAlgorithm":"ML_DSA_SHAKE_256"}],` +
        '"tenantId":"acme",' +
        '"trail":{"digests":"s3://trail-bucket/AWSLogs/111122223333/CloudTrail-Digest/eu-central-1/",' +
        '"from":"2026-02-01T00:00:00.000Z","to":"2026-02-09T00:14:00.000Z",' +
        `"trailArn":"${trailArn}",` +
        `"validate":"aws cloudtrail validate-logs --trail-arn ${trailArn} ` +
        '--start-time 2026-02-01T00:00:00.000Z --end-time 2026-02-09T00:14:00.000Z --region eu-central-1"},' +
        '"type":"tenant-keys/erasure-certificate/v2","windowInDays":7}',
    );
  });

  test('has both names as at the erasure, and none where there is none', () => {
    const names = { displayName: 'Acme', legalName: 'Acme Corporation' };
    expect(certificateOf(erased({}, names), issue)).toMatchObject(names);
    const without = certificateOf(erased({}, { displayName: undefined }), issue);
    expect(without).not.toHaveProperty('displayName');
    expect(without).not.toHaveProperty('legalName');
  });

  test('of a tenant that had keys in other stores names each, and by none another', () => {
    const former = {
      keyStore: 'aws-kms',
      keyArn: arn('former'),
      since: '2026-01-10T00:00:00.000Z',
      offboarding: { ...offboarding, requestedAt: '2026-01-11T00:00:00.000Z' },
      erasedAt: '2026-01-18T00:00:00.000Z',
    };
    const keyName = 'tenant-keys/keys/acme';
    const row = { ...erased(), keyStore: 'vault', keyName, keyArn: arn('former') };
    const said = certificateOf(tenantRow.parse({ ...row, formerKeys: [former] }), issue);
    expect(() => certificateSchema.parse(said)).not.toThrow();
    expect([said.keyName, said.keyArn]).toEqual([keyName, undefined]);
    const { requestedBy: endedBy, requestedAt: endedAt, ...end } = former.offboarding;
    const { keyStore, keyArn, erasedAt } = former;
    expect(said.formerKeys).toEqual([{ keyStore, keyArn, ...end, endedBy, endedAt, erasedAt }]);
    expect(said.trail?.from).toBe(endedAt);
    for (const words of [/Backups and snapshots of the key store/, /KMS keeps nothing/]) {
      expect(said.notCovered.filter(({ what }) => words.test(what))).toHaveLength(1);
    }
  });

  test('says what it does not cover, and until when', () => {
    const { notCovered } = certificateOf(erased(), issue);
    const until = (words: RegExp) => notCovered.filter(({ what }) => words.test(what))[0]?.until;
    expect(until(/Point-in-time backups/)).toBe('2026-03-15T00:14:00.000Z');
    expect(until(/audit events in the API/)).toBe('2027-02-08T00:14:00.000Z');
    for (const words of [
      /Plaintexts/,
      /Data keys that clients/,
      /Ciphertexts/,
      /for AWS to show/,
    ]) {
      expect(notCovered.some(({ what }) => words.test(what))).toBe(true);
    }
  });

  test('of a stack without a trail names no digests, and says so', () => {
    const { trail, notCovered } = certificateOf(erased(), { ...issue, trail: undefined });
    expect(trail).toBeUndefined();
    expect(notCovered.some(({ what }) => /no trail of its own/.test(what))).toBe(true);
  });

  test('differs in nothing but the time of issue', () => {
    const { issuedAt: _, ...one } = certificateOf(erased(), issue);
    const { issuedAt: __, ...other } = certificateOf(erased(), { ...issue, now: issue.now + 1 });
    expect(one).toEqual(other);
  });

  test('is printable ASCII for every principal and name, different for two, and survives JSON', async () => {
    const bytesFor = (requestedBy: string, legalName: string) =>
      canonicalBytes(certificateOf(erased({ requestedBy }, { legalName }), issue)).toString(
        'latin1',
      );
    const text = fc.string({ unit: 'binary' });
    await fc.assert(
      fc.asyncProperty(text, text, text, text, async (one, other, name, named) => {
        const bytes = bytesFor(one, name);
        expect(bytes).toMatch(/^[ -~]*$/);
        expect(canonicalBytes(certificateSchema.parse(JSON.parse(bytes))).toString()).toBe(bytes);
        expect(bytes === bytesFor(other, named)).toBe(one === other && name === named);
      }),
    );
  });

  test.each([
    ['ACTIVE', undefined, 'The tenant is ACTIVE.'],
    ['SUSPENDED', undefined, 'The tenant is SUSPENDED.'],
    ['OFFBOARDING', offboarding, /KMS deletes its key on 2026-02-08T00:00:00\.000Z\.$/],
  ] as const)('there is none of a tenant who is %s', (status, written, detail) => {
    const row = tenantRow.parse(rowOf({ status, ...(written && { offboarding: written }) }));
    expect(() => certificateOf(row, issue)).toThrow(
      expect.objectContaining({
        code: 'tenant-not-erased',
        message: expect.stringMatching(detail),
      }),
    );
  });

  test('there is none of an erasure of which the row does not tell', () => {
    const row = tenantRow.parse(rowOf({ status: 'ERASED' }));
    expect(() => certificateOf(row, issue)).toThrow('does not tell');
  });
});

describe('the statement', () => {
  test('is the kind of certificate and the hash of its bytes, of a size that KMS signs, however long it is', () => {
    const long = certificateOf(erased({ keyMaterialIds: Array(200).fill('a'.repeat(64)) }), issue);
    for (const certificate of [certificateOf(erased(), issue), long]) {
      const hash = createHash('sha512').update(canonicalBytes(certificate)).digest('hex');
      const statement = statementOf(certificate);
      expect(statement.toString()).toBe(`tenant-keys/erasure-certificate/v2\n${hash}\n`);
      expect(statement).toHaveLength(164);
    }
    expect(canonicalBytes(long).length).toBeGreaterThan(4096);
  });

  test('is another after a change of any byte of the certificate', () => {
    const certificate = certificateOf(erased(), issue);
    const statement = statementOf(certificate);
    for (const change of [
      { tenantId: 'globex' },
      { notCovered: [] },
      { trail: undefined },
      { signingKeys: certificate.signingKeys.slice(0, 1) },
    ]) {
      const changed = { ...certificate, ...change } as typeof certificate;
      expect(statementOf(changed).equals(statement)).toBe(false);
    }
  });
});

describe.each([
  ['ECDSA_SHA_256', () => generateKeyPairSync('ec', { namedCurve: 'P-256' })],
  ['ML_DSA_SHAKE_256', () => generateKeyPairSync('ml-dsa-65' as 'ed25519')],
] as const)('its signature by %s', (signingAlgorithm, pair) => {
  const { privateKey, publicKey: key } = pair();
  const statement = statementOf(certificateOf(erased(), issue));
  const digest = signingAlgorithm === 'ECDSA_SHA_256' ? 'sha256' : null;
  const signature = sign(digest, statement, privateKey);
  const publicKey = key.export({ format: 'pem', type: 'spki' }).toString();
  const checked = { signingAlgorithm, publicKey, signature };

  test('verifies by node:crypto and by openssl, and with a line feed more or less it does not', () => {
    expect(verifies(statement, checked)).toBe(true);
    expect(verifies(Buffer.concat([statement, Buffer.from('\n')]), checked)).toBe(false);
    expect(verifies(statement.subarray(0, -1), checked)).toBe(false);
  });

  test('is of that kind of certificate alone', () => {
    const other = Buffer.from(statement.toString().replace('/v2\n', '/v3\n'));
    expect(verifies(other, checked)).toBe(false);
  });
});
