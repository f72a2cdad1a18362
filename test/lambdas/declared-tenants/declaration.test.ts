/** The row of a declared tenant, against a local table. */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type Declaration,
  DeclarationError,
  declaration,
  declare,
} from '../../../lambdas/declared-tenants/declaration.ts';
import { changeNames } from '../../../lambdas/tenants/registry/names.ts';
import { openRegistry, type Registry } from '../../../lambdas/tenants/registry/registry.ts';
import { tenantRow } from '../../../lambdas/tenants/registry/tenant-row.ts';
import { tableName } from '../../harness/local-aws.ts';
import { rowOf } from '../../harness/tenant-row.ts';
import { type Aws, openAws } from '../tenants/aws.ts';

const keyArn = 'arn:aws:kms:eu-central-1:111122223333:key/1';
const properties = {
  ServiceToken: 'arn:aws:lambda:eu-central-1:111122223333:function:rows',
  ServiceTimeout: '120',
  TenantId: 'acme',
  DisplayName: 'Acme Corp',
  RotationPeriodInDays: '90',
  KeyArn: keyArn,
};
const acme: Declaration = {
  tenantId: 'acme',
  displayName: 'Acme Corp',
  legalName: undefined,
  rotationPeriodInDays: 90,
  keyArn,
};

describe('what CloudFormation says', () => {
  test('is read', () => {
    expect(declaration(properties)).toEqual(acme);
    const { DisplayName: _, ...nameless } = properties;
    expect(declaration(nameless)).toEqual({ ...acme, displayName: undefined });
  });

  const wrong: [string, object, RegExp][] = [
    ['an id that is no tenant id', { TenantId: 'Acme' }, /TenantId/],
    ['no id', { TenantId: undefined }, /TenantId/],
    ['an empty name', { DisplayName: '' }, /DisplayName/],
    ['a period that is too short', { RotationPeriodInDays: '89' }, /RotationPeriodInDays/],
    ['a period that is no number', { RotationPeriodInDays: '9e1' }, /RotationPeriodInDays/],
    ['an alias', { KeyArn: 'arn:aws:kms:eu-central-1:111122223333:alias/x' }, /KeyArn/],
    ['a key in capitals, as no row may name it', { KeyArn: `${keyArn}A` }, /KeyArn/],
    ['a key and a space', { KeyArn: `${keyArn} ` }, /KeyArn/],
    ['an unknown property', { Status: 'ACTIVE' }, /Status/],
  ];
  test.each(wrong)('%s is an error that names it', (_, change, name) => {
    expect(() => declaration({ ...properties, ...change })).toThrow(DeclarationError);
    expect(() => declaration({ ...properties, ...change })).toThrow(name);
  });

  test.each([undefined, null, 'acme', []])('%p is an error', (given) => {
    expect(() => declaration(given)).toThrow(DeclarationError);
  });
});

describe('the row', () => {
  let aws: Aws;
  let registry: Registry;
  beforeAll(async () => {
    aws = await openAws();
    registry = openRegistry(aws.clients().table, tableName, 'cloudformation');
  });
  afterAll(() => aws.close());
  let tenantId: string;
  let count = 0;
  beforeEach(() => {
    count += 1;
    tenantId = `acme-${count}`;
  });

  const soon = () => Date.now() + 1000;
  const go = (change: Partial<Declaration> = {}) =>
    declare(registry, { ...acme, tenantId, ...change }, soon());
  const put = (change: Record<string, unknown>) => aws.put(rowOf({ tenantId, ...change }));

  test('of a new tenant is ACTIVE, declared, and one that the functions can read', async () => {
    await go();
    const row = await aws.row(tenantId);
    expect(tenantRow.parse(row)).toMatchObject({
      status: 'ACTIVE',
      declared: true,
      displayName: 'Acme Corp',
      rotationPeriodInDays: 90,
      rotationPeriodByDefault: false,
      keyArn,
      version: 1,
      writer: 'cloudformation',
    });
    // Tags of a new key take minutes to count: until then the data plane says so.
    expect(Date.now() - Date.parse(row?.keyCreatedAt as string)).toBeLessThan(10_000);
  });

  test('declared again as it is, is not written', async () => {
    await go();
    const before = await aws.row(tenantId);
    await go();
    expect(await aws.row(tenantId)).toEqual(before);
  });

  test('takes a new name and period, or no name', async () => {
    await go();
    await go({ displayName: 'Acme', rotationPeriodInDays: 365 });
    expect(await aws.row(tenantId)).toMatchObject({
      displayName: 'Acme',
      rotationPeriodInDays: 365,
      version: 2,
    });
    await go({ displayName: undefined });
    expect(await aws.row(tenantId)).not.toHaveProperty('displayName');
  });

  test('takes a legal name, and none again', async () => {
    await go({ legalName: 'Acme Corporation' });
    expect(await aws.row(tenantId)).toMatchObject({ legalName: 'Acme Corporation' });
    await go();
    const row = await aws.row(tenantId);
    expect(row).not.toHaveProperty('legalName');
    expect(row?.onboardedWith).not.toHaveProperty('legalName');
  });

  test('is what the declaration says once that changes, also where the names were changed to it before', async () => {
    await go();
    const work = { registry, holder: 'cloudformation', end: Date.now() + 20_000 };
    await changeNames(work, tenantId, { displayName: 'New' });
    await go({ displayName: 'New' });
    const row = tenantRow.parse(await aws.row(tenantId));
    expect([row.displayName, row.onboardedWith?.displayName]).toEqual(['New', 'New']);
  });

  test.each(['ACTIVE', 'SUSPENDED', 'OFFBOARDING'])(
    'of a tenant with this key that is %s keeps its status and all else',
    async (status) => {
      const before = rowOf({ tenantId, status, intent: 'resume', version: 7 });
      await aws.put(before);
      await go({ displayName: 'New' });
      const { updatedAt: _, ...after } = (await aws.row(tenantId)) ?? {};
      const { updatedAt: __, ...kept } = before;
      expect(after).toEqual({
        ...kept,
        displayName: 'New',
        rotationPeriodByDefault: false,
        onboardedWith: {
          displayName: 'New',
          rotationPeriodInDays: 90,
          rotationPeriodByDefault: false,
        },
        declared: true,
        version: 8,
        writer: 'cloudformation',
      });
    },
  );

  test('of an erased tenant is a tombstone, and stays as it is', async () => {
    await put({ status: 'ERASED', erasedAt: '2026-01-01T00:00:00.000Z' });
    const before = await aws.row(tenantId);
    await go({ displayName: 'New' });
    expect(await aws.row(tenantId)).toEqual(before);
  });

  test.each([
    [
      'ACTIVE',
      { keyArn: 'arn:aws:kms:eu-central-1:111122223333:key/2' },
      /with key .*key\/2; take it out of `tenants`/,
    ],
    ['PROVISIONING', { keyArn: undefined }, /has no key yet; take it out of `tenants`/],
  ])('of a tenant onboarded at run time, %s, is never touched', async (status, change, reason) => {
    const { keyArn: key, ...rest } = { ...rowOf({ tenantId, status }), ...change };
    await aws.put({ ...rest, ...(key !== undefined && { keyArn: key }) });
    const before = await aws.row(tenantId);
    await expect(go()).rejects.toThrow(reason);
    expect(await aws.row(tenantId)).toEqual(before);
  });

  test('waits while another invocation is at work on the tenant, and gives up with the row as it was', async () => {
    await put({ lease: { holder: 'other', expiresAt: Date.now() + 60_000 } });
    const before = await aws.row(tenantId);
    await expect(go({ displayName: 'New' })).rejects.toThrow(/is being worked on/);
    expect(await aws.row(tenantId)).toEqual(before);
  });

  test('goes on once a lease has run out', async () => {
    await put({ lease: { holder: 'other', expiresAt: Date.now() + 300 } });
    await go({ displayName: 'New' });
    expect(await aws.row(tenantId)).toMatchObject({ displayName: 'New', status: 'ACTIVE' });
  });

  test('is one, however many declare it at once, and each of them succeeds', async () => {
    const writers = Array.from({ length: 10 }, (_, index) =>
      openRegistry(aws.clients().table, tableName, `writer-${index}`),
    );
    const until = Date.now() + 20_000;
    await Promise.all(writers.map((one) => declare(one, { ...acme, tenantId }, until)));
    expect(await aws.row(tenantId)).toMatchObject({ version: 1, keyArn });
  });
});
