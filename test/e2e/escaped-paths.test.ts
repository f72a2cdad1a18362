/**
 * A path has one spelling that counts, and with a slash at its end the same. Whatever else a path is, it opens nothing:
 * not another tenant's, and not one's own.
 */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { isText } from './documented.ts';
import { startTestStack, type TestStack } from './test-stack.ts';

// Some hundred runs of two requests each.
jest.setTimeout(120_000);

const tenants = ['acme', 'globex'] as const;
type TenantId = (typeof tenants)[number];

let stack: TestStack;
const ciphertexts = new Map<TenantId, string>();
beforeAll(async () => {
  stack = await startTestStack();
  for (const tenantId of tenants) {
    await stack.client.onboard(tenantId);
    ciphertexts.set(tenantId, await stack.client.encrypt(tenantId, Buffer.from(`of ${tenantId}`)));
  }
});
afterAll(() => stack.close());

/** `%61`, in hexadecimal digits of either case. */
const escaped = (character: string, isUpper: boolean): string => {
  const digits = character.charCodeAt(0).toString(16).padStart(2, '0');
  return `%${isUpper ? digits.toUpperCase() : digits}`;
};

/** What takes a path for another one somewhere: in a proxy, a library, a reader of ARNs. */
const inserted = fc.constantFrom(
  ...['/', '//', '.', '..', '/.', '/..', '/./', '/../', '%2F', '%2f', '%5C', '\\', '%2e', '%2E'],
  ...[
    '%2e%2e',
    '%2E%2e/',
    '/..%2f',
    '%252e',
    '%2561',
    '%00',
    '%20',
    '%',
    '%zz',
    '%c0%af',
    '%E2%84',
  ],
  ...[
    ';',
    ';x=1',
    '+',
    '*',
    '%2a',
    '?',
    '%3F',
    '%23',
    '~',
    'globex',
    'acme',
    '/globex',
    '../globex',
  ],
);

type Edit = (path: string) => string;
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean()).map(
    ([share, isUpper]): Edit =>
      (path) => {
        const at = Math.floor(share * (path.length - 1));
        const character = path[at] as string;
        return path.slice(0, at) + escaped(character, isUpper) + path.slice(at + 1);
      },
  ),
  fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), inserted).map(
    ([share, text]): Edit =>
      (path) => {
        const at = Math.round(share * path.length);
        return path.slice(0, at) + text + path.slice(at);
      },
  ),
  fc.constant<Edit>((path) => `${path}/`),
);

/** @returns paths that begin with a slash, since a request has no others */
const spelled = (path: string) =>
  fc
    .array(edit, { maxLength: 4 })
    .map((edits) => edits.reduce((text, one) => one(text), path))
    .filter((text) => text.startsWith('/'));

/** @returns the parts of the path as they came, one slash at its end left off */
const partsOf = (path: string): string[] =>
  (path.split('?')[0] as string).replace(/\/$/, '').split('/').slice(1);

/** docs/api.md: an escape is a 403, whoever asks, where the path has a route with it, and else leads nowhere. */
function statusFor(
  path: string,
  shape: readonly string[],
  plain: (id: string) => number,
): number | 'none' {
  const parts = partsOf(path);
  const isRoute =
    parts.length === shape.length &&
    parts.every((part, at) => (at === 1 ? isText(part) : part === shape[at]));
  if (!isRoute) return 'none';
  const id = parts[1] as string;
  return id.includes('%') ? 403 : plain(id);
}

const noRoute = [404, 405];

test('a tenant: of its own path the one spelling opens, and nothing of a neighbour', async () => {
  const token = await stack.client.tenantToken('acme');
  const opened = new Set<string>();
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...tenants).chain((id) => spelled(`/tenants/${id}/decrypt`)),
      fc.constantFrom(...tenants),
      async (path, owner) => {
        const body = { ciphertext: ciphertexts.get(owner) };
        const { status, json } = await stack.client.send('POST', path, { token, body });
        const own = owner === 'acme' ? 200 : 400;
        const wanted = statusFor(path, ['tenants', '*', 'decrypt'], (id) =>
          id === 'acme' ? own : 403,
        );
        if (wanted === 'none') expect(noRoute).toContain(status);
        else expect([path, status]).toEqual([path, wanted]);
        if (status !== 200) return;
        opened.add(path);
        expect(Buffer.from(json.plaintext, 'base64').toString()).toBe('of acme');
      },
    ),
    {
      numRuns: 400,
      examples: [
        ['/tenants/acme/decrypt', 'acme'],
        ['/tenants/acme/decrypt/', 'acme'],
      ],
    },
  );
  expect([...opened].map((path) => path.replace(/\?.*/, '')).sort()).toEqual(
    expect.arrayContaining(['/tenants/acme/decrypt', '/tenants/acme/decrypt/']),
  );
});

test('an administrator: the same of any tenant, and an escape is refused as a tenant is', async () => {
  const token = await stack.client.adminToken();
  const known: readonly string[] = tenants;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...tenants).chain((id) => spelled(`/tenants/${id}`)),
      async (path) => {
        const { status, json } = await stack.client.send('GET', path, { token });
        const isId = (id: string) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])$/.test(id);
        const wanted = statusFor(path, ['tenants', '*'], (id) =>
          known.includes(id) ? 200 : isId(id) ? 404 : 400,
        );
        if (wanted !== 'none') expect([path, status]).toEqual([path, wanted]);
        // `GET /tenants` with a slash at its end is a route of its own, and so are those below a tenant.
        else if (partsOf(path).join() !== 'tenants') expect(noRoute).toContain(status);
        if (status === 200 && wanted === 200) expect(json.tenantId).toBe(partsOf(path)[1]);
      },
    ),
    { numRuns: 400, examples: [['/tenants/%61cme'], ['/tenants/acme%2F'], ['/tenants//']] },
  );
});
