/** The pages of docs/issuers: each configuration is one, and each token there may what the page says. */
import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type CryptoKey, exportJWK, generateKeyPair } from 'jose';
import { checkToken } from '../../bin/token-check/check-token.ts';
import { usableKeys } from '../../contract/jwks.ts';
import { type KeySet, keySet } from '../../lambdas/tokens/key-set.ts';
import {
  type PermissionRefusal,
  permissionRefusals,
  type Refusal,
  refusalOf,
  refusals,
} from '../../lambdas/tokens/refusals.ts';
import { verifiedTokens } from '../../lambdas/tokens/verified-token.ts';
import { readConfig } from '../../lib/config/config.ts';
import { kid, seconds, sign } from '../lambdas/tokens/issuer.ts';

const pages = globSync('docs/issuers/*.md').filter((file) => basename(file) !== 'README.md');

let privateKey: CryptoKey;
let keys: KeySet;
beforeAll(async () => {
  const pair = await generateKeyPair('RS256', { extractable: true });
  privateKey = pair.privateKey;
  keys = keySet(usableKeys([{ ...(await exportJWK(pair.publicKey)), kid, use: 'sig' }]));
});

interface Example {
  readonly claims: Readonly<Record<string, unknown>>;
  readonly may: string;
}

/** A block of JSON, and the line after it that says what the token may. */
const examplesIn = (page: string): Example[] =>
  [...page.matchAll(/```json\n(\{[^`]*)```\n\nmay: ([^\n]*)/g)].map(
    ([, claims = '', may = '']) => ({
      claims: JSON.parse(claims),
      may,
    }),
  );

const configurationIn = (page: string) =>
  readConfig({ issuers: JSON.parse(/```json\n(\[.*?)```/s.exec(page)?.[1] ?? '') }).issuers;

/** @returns as the pages say it */
async function mayOf(claims: Example['claims'], page: string): Promise<string> {
  const token = await signed(claims);
  try {
    const verified = verifiedTokens(configurationIn(page), { find: async () => keys });
    const { permissions, refusal } = await verified(token);
    if (permissions === undefined) return `nothing (\`${refusal}\`)`;
    const { scopes, tenantId } = permissions;
    const whose = tenantId === undefined ? 'all tenants' : `\`${tenantId}\``;
    return `${[...scopes].map((one) => `\`${one}\``).join(', ')} of ${whose}`;
  } catch (error) {
    return `nothing (\`${refusalOf(error)}\`)`;
  }
}

const signed = (claims: Example['claims']) =>
  sign(privateKey, { ...claims, iat: seconds(), exp: seconds(300) }, { typ: 'JWT' });

describe.each(pages)('%s', (file) => {
  const page = readFileSync(file, 'utf8');
  const examples = examplesIn(page);

  test('has a configuration, and tokens that may something and that may nothing', () => {
    expect(configurationIn(page).length).toBeGreaterThan(0);
    const nothing = examples.filter(({ may }) => may.startsWith('nothing'));
    expect(nothing.length).toBeGreaterThan(0);
    expect(examples.length).toBeGreaterThan(nothing.length);
    expect(page.match(/^may: /gm)).toHaveLength(examples.length);
  });

  test.each(examples.map((one) => [JSON.stringify(one.claims).slice(0, 120), one] as const))(
    'its token may what it says: %s',
    async (_, { claims, may }) => {
      expect(await mayOf(claims, page)).toBe(may);
    },
  );

  test('token:check says the same of each', async () => {
    for (const { claims, may } of examples) {
      const issuers = configurationIn(page);
      const { isGood, lines } = await checkToken(await signed(claims), issuers, {
        find: async () => keys,
      });
      expect(isGood).toBe(!may.startsWith('nothing'));
      const why = /^nothing \(`(.*)`\)$/.exec(may)?.[1];
      if (why === undefined) continue;
      const sentences = { ...refusals, ...permissionRefusals };
      expect(lines[0]).toContain(sentences[why as Refusal | PermissionRefusal]);
    }
  });

  test.each([
    'What to click',
    'Configuration',
    'A token',
    'Check',
    'Traps',
    'A backend that serves many tenants',
  ])('has the section %s', (heading) => {
    expect(page).toContain(`\n## ${heading}\n`);
  });

  test('has a row in the list of issuers', () => {
    expect(readFileSync('docs/issuers/README.md', 'utf8')).toContain(`(${basename(file)})`);
  });
});
