/** Names of stacks, and the names that are made of them. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { defaultName, stackName, stackNames } from '../../contract/stack-names.ts';
import { tenantId } from '../../contract/tenant-id.ts';

const name = fc.oneof(
  fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{1,31}$/),
  // Of few letters, so that one often begins or ends another.
  fc.stringMatching(/^[ab][ab1]{1,3}$/),
  fc.constantFrom(defaultName, 'TenantKeysProd', 'tenantkeys', 'product', 'certificates'),
);
const two = fc.tuple(name, name).filter(([a, b]) => a !== b);
const tenant = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,5}[a-z0-9]$/);
const ownKeys = ['product', 'certificates', 'certificates-post-quantum'] as const;

/** What a stack gives names to, with some of the endings that stand in the template. */
const given = ({
  name,
  id,
  productTag,
  canaryTag,
  aliasOf,
  ownAliasOf,
}: ReturnType<typeof stackNames>) => [
  ...['', '-trail', '-key-change', '-us-east-1', '-us-east-1-trail'].map((end) => `${name}${end}`),
  id,
  productTag.value,
  canaryTag.value,
  aliasOf('acme'),
  aliasOf('product'),
  ...ownKeys.map(ownAliasOf),
];

/** Beginnings by which policies and filter patterns know what is the stack's. */
const beginnings = ({ name, aliasOf }: ReturnType<typeof stackNames>) => [`${name}-`, aliasOf('')];

describe('two stacks of different names', () => {
  test('share no name, and no policy or pattern of one matches a name of the other', () => {
    fc.assert(
      fc.property(two, ([a, b]) => {
        const [one, other] = [stackNames(a), stackNames(b)];
        expect(given(one).filter((some) => given(other).includes(some))).toEqual([]);
        for (const beginning of beginnings(one)) {
          expect(given(other).filter((some) => some.startsWith(beginning))).toEqual([]);
        }
      }),
    );
  });

  test('give no two tenants one alias, and no tenant that of a key of their own', () => {
    fc.assert(
      fc.property(two, tenant, tenant, ([a, b], x, y) => {
        const [one, other] = [stackNames(a), stackNames(b)];
        expect(one.aliasOf(x)).not.toBe(other.aliasOf(y));
        expect(ownKeys.map(other.ownAliasOf)).not.toContain(one.aliasOf(x));
      }),
    );
  });
});

describe('the names of a stack', () => {
  test('are what AWS takes for an alias, a tag, a namespace and the source of an event', () => {
    fc.assert(
      fc.property(name, tenant, (one, id) => {
        expect(tenantId.safeParse(id).success).toBe(true);
        const { aliasOf, ownAliasOf, productTag, canaryTag, ...names } = stackNames(one);
        for (const alias of [aliasOf(id), ...ownKeys.map(ownAliasOf)]) {
          expect(alias).toMatch(/^alias\/[a-zA-Z0-9/_-]{1,250}$/);
          expect(alias).not.toMatch(/^alias\/aws\//);
        }
        expect(productTag).toEqual({ key: 'ManagedBy', value: names.id });
        expect(canaryTag.key).toBe('ManagedBy');
        // KMS's characters and length of a tag's value.
        expect(canaryTag.value).toMatch(/^[\w./=+:@ -]{1,256}$/);
        expect(names.id).toMatch(/^(?!aws\.)[\w./-]{1,256}$/);
        expect(names.name).toMatch(/^(?!AWS\/)[\w./#:-]{1,255}$/);
      }),
    );
  });

  test('are by default those by which the product has always been known', () => {
    const { name, id, productTag, aliasOf, ownAliasOf } = stackNames(defaultName);
    expect([name, id, productTag.value]).toEqual(['TenantKeys', 'tenant-keys', 'tenant-keys']);
    expect(aliasOf('acme')).toBe('alias/tenant-keys/acme');
    expect(ownAliasOf('product')).toBe('alias/tenant-keys-product');
  });

  test('never make another tool the owner of keys: every value of the tag begins with the product', () => {
    expect(stackNames('terraform').productTag.value).toBe('tenant-keys-terraform');
  });
});

test.each([
  'A',
  '1Stack',
  'Tenant-Keys',
  'Tenant_Keys',
  'Tenant/Keys',
  'Tenant*',
  'Tenant?Keys',
  'A${aws:username}',
  'Tenant Keys',
  'Schlüssel',
  'TenantKeys\n',
  `A${'a'.repeat(32)}`,
  '',
])('no stack is called %j', (text) => {
  expect(stackName.safeParse(text).success).toBe(false);
});
