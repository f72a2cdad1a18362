import { describe, expect, test } from '@jest/globals';
import { listQuery, onboardRequest, tenantPatch } from '../../contract/tenants.ts';
import { tenantOf, tenantRow } from '../../lambdas/tenants/registry/tenant-row.ts';
import { rowOf } from '../harness/tenant-row.ts';

describe('a tenant to onboard', () => {
  test.each([
    {},
    { displayName: 'Acme Corp' },
    { displayName: 'Ōsaka ガス株式会社 🏭' },
    { displayName: 'x'.repeat(256) },
    { displayName: '🏭'.repeat(256), legalName: '𠮷'.repeat(256) },
    { displayName: 'Acme', legalName: 'Acme Corporation, Inc.' },
    { rotationPeriodInDays: 90 },
    { rotationPeriodInDays: 2560 },
    { keyStore: 'aws-kms' },
    { keyStore: 'vault' },
  ])('%j', (body) => {
    expect(onboardRequest.parse(body)).toEqual(body);
  });

  test.each([
    { displayName: '' },
    { displayName: 'x'.repeat(257) },
    { displayName: '🏭'.repeat(257) },
    { displayName: 'a\ud83d' },
    { displayName: 'a\nb' },
    { displayName: 'a\u0000' },
    { displayName: 'a\u202eb' },
    { displayName: 'a\u2028b' },
    { displayName: null },
    { displayName: ['a'] },
    { legalName: '' },
    { legalName: 'a\nb' },
    { rotationPeriodInDays: 89 },
    { rotationPeriodInDays: 2561 },
    { rotationPeriodInDays: 90.5 },
    { rotationPeriodInDays: '90' },
    { rotationPeriodInDays: null },
    { keyStore: 'Vault' },
    { keyStore: null },
    { status: 'ACTIVE' },
    { keyArn: 'arn:aws:kms:x' },
  ])('is refused: %j', (body) => {
    expect(onboardRequest.safeParse(body).success).toBe(false);
  });
});

describe("a change of a tenant's names", () => {
  test.each([
    { displayName: 'Acme' },
    { displayName: null },
    { legalName: 'x'.repeat(256) },
    { displayName: null, legalName: null },
  ])('%j', (body) => {
    expect(tenantPatch.parse(body)).toEqual(body);
  });

  test.each([
    {},
    null,
    [],
    'Acme',
    { displayName: '' },
    { displayName: 'a\u0000' },
    { displayName: 'x'.repeat(257) },
    { displayName: 7 },
    { legalName: ['a'] },
    { displayName: 'Acme', rotationPeriodInDays: 90 },
    { status: 'ACTIVE' },
    { tenantId: 'other' },
    { onboardedWith: {} },
  ])('is refused: %j', (body) => {
    expect(tenantPatch.safeParse(body).success).toBe(false);
  });
});

describe('a query for tenants', () => {
  test('is for 50, or for as many as it says', () => {
    expect(listQuery.parse({})).toEqual({ limit: 50 });
    expect(listQuery.parse({ limit: '1' }).limit).toBe(1);
    expect(listQuery.parse({ limit: '100' }).limit).toBe(100);
  });

  test.each([
    { limit: '0' },
    { limit: '101' },
    { limit: '-1' },
    { limit: '1.5' },
    { limit: '1e1' },
    { limit: '0x10' },
    { limit: ' 1' },
    { limit: '' },
    { limit: ['1', '2'] },
    { status: 'active' },
    { status: '' },
    { status: ['ACTIVE', 'ERASED'] },
    { cursor: ['a', 'b'] },
    { page: '2' },
  ])('is refused: %j', (query) => {
    expect(listQuery.safeParse(query).success).toBe(false);
  });
});

describe('a row', () => {
  test('that is active has a key', () => {
    expect(tenantRow.safeParse(rowOf({})).success).toBe(true);
    expect(tenantRow.safeParse(rowOf({ keyArn: undefined })).success).toBe(false);
    const provisioning = rowOf({ status: 'PROVISIONING', keyArn: undefined });
    expect(tenantRow.safeParse(provisioning).success).toBe(true);
  });

  test.each([
    ['an unknown status', { status: 'ALMOST_ACTIVE' }],
    ['no status', { status: undefined }],
    ['an attribute of another version', { onHold: true }],
    ['a tenant id that is none', { tenantId: '*' }],
    ['a version that is no number', { version: '1' }],
  ])('is refused: %s', (_, change) => {
    expect(tenantRow.safeParse(rowOf(change)).success).toBe(false);
  });

  test('shows nothing of leases, versions and writers', () => {
    const row = tenantRow.parse(rowOf({ lease: { holder: 'x', expiresAt: 1 } }));
    expect(Object.keys(JSON.parse(JSON.stringify(tenantOf(row)))).sort()).toEqual([
      'createdAt',
      'displayName',
      'keyArn',
      'keyStore',
      'rotationPeriodInDays',
      'status',
      'tenantId',
      'updatedAt',
    ]);
  });
});
