/** Which tenants the page shows: every one is on just one page, and whoever is searched for is found. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  pageSize,
  readSelection,
  select,
  type UsedTenant,
} from '../../../local/dashboard/selection.ts';

const outcomes = [
  'succeeds',
  'disabled',
  'pending deletion',
  'gone',
  'none yet',
  'refused',
] as const;
const tenant = fc.record({
  tenantId: fc.stringMatching(/^[a-c][a-c0-2-]{0,8}$/),
  displayName: fc.option(fc.string(), { nil: undefined }),
  status: fc.constant(undefined),
  keyArn: fc.constant(undefined),
  key: fc.constant(undefined),
  use: fc.record({ outcome: fc.constantFrom(...outcomes), error: fc.constant(undefined) }),
});
const tenants = fc.uniqueArray(tenant, { selector: ({ tenantId }) => tenantId, maxLength: 60 });
const query = (parameters: Record<string, string>) => new URLSearchParams(parameters);
const everyPage = (all: readonly UsedTenant[], parameters: Record<string, string>) => {
  const { pages } = select(all, readSelection(query(parameters)));
  return Array.from({ length: pages }, (_, index) =>
    select(all, readSelection(query({ ...parameters, page: String(index + 1) }))),
  );
};

describe('a selection', () => {
  test('has each tenant on one page, in order, and says where it stands', () => {
    fc.assert(
      fc.property(tenants, (all) => {
        const pages = everyPage(all, {});
        expect(pages.flatMap((page) => page.tenants)).toEqual(all);
        for (const { tenants: shown, first } of pages) {
          expect(shown.length).toBeLessThanOrEqual(pageSize);
          expect(shown).toEqual(all.slice(first - 1, first - 1 + shown.length));
        }
      }),
    );
  });

  test('finds just those whose id or name has one of the words, whatever their case', () => {
    fc.assert(
      fc.property(
        tenants,
        fc.array(fc.stringMatching(/^[a-cA-C0-2]{1,3}$/), { maxLength: 3 }),
        (all, words) => {
          const found = everyPage(all, { search: ` ${words.join('  ')}` }).flatMap(
            (page) => page.tenants,
          );
          const has = ({ tenantId, displayName = '' }: UsedTenant) =>
            words.length === 0 ||
            words.some((word) =>
              [tenantId, displayName].some((text) =>
                text.toLowerCase().includes(word.toLowerCase()),
              ),
            );
          expect(found).toEqual(all.filter(has));
        },
      ),
    );
  });

  test('has those alone whose use ends so', () => {
    fc.assert(
      fc.property(tenants, fc.constantFrom(...outcomes), (all, use) => {
        const found = everyPage(all, { use }).flatMap((page) => page.tenants);
        expect(found).toEqual(all.filter((one) => one.use.outcome === use));
        const failing = everyPage(all, { use: 'fails' }).flatMap((page) => page.tenants);
        expect(failing).toEqual(all.filter((one) => one.use.outcome !== 'succeeds'));
      }),
    );
  });

  test('after the last page is the last page', () => {
    const all =
      fc.sample(
        fc.uniqueArray(tenant, {
          selector: ({ tenantId }) => tenantId,
          minLength: 20,
          maxLength: 20,
        }),
        1,
      )[0] ?? [];
    expect(select(all, readSelection(query({ page: '999' })))).toMatchObject({
      page: 2,
      pages: 2,
      first: 17,
    });
  });

  test.each(['0', '-1', '1.5', 'x', '', '1000000', '1e3', ' 1'])('has no page %j', (page) => {
    expect(() => readSelection(query({ page }))).toThrow('page must be');
  });

  test('of a text that is too long is none', () => {
    expect(() => readSelection(query({ search: 'x'.repeat(201) }))).toThrow('search has more than');
  });
});
