import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { firstIssuer, givenIssuers } from '../../local/given-issuers.ts';
import { startStack } from '../../local/stack.ts';

const folder = mkdtempSync(join(tmpdir(), 'tenant-keys-issuers-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(content: string): string {
  const file = join(folder, 'issuers.json');
  writeFileSync(file, content);
  return file;
}

const issuer = 'https://id.example.com';
const list = [
  { issuer, audiences: ['a'] },
  { issuer: `${issuer}/second`, audiences: ['a'] },
];

describe('the issuers of npm start', () => {
  test('are none without an option', () => {
    expect(givenIssuers({})).toBeUndefined();
  });

  test('are one, by --issuer and --audience', () => {
    expect(givenIssuers({ issuer, audience: 'a' })).toEqual({ issuer, audience: 'a' });
    expect(givenIssuers({ issuer, audience: 'a', 'tenant-claim': 'org_id' })).toEqual({
      issuer,
      audience: 'a',
      tenantClaim: 'org_id',
    });
  });

  test.each([
    ['a list', list, issuer],
    ['a cdk.json with a list', { app: 'x', context: { stage: 'v2', issuers: list } }, issuer],
    ['a cdk.json with a list as text', { context: { issuers: JSON.stringify(list) } }, issuer],
    ['a cdk.json with one', { context: { issuer, audience: 'a' } }, issuer],
  ])('are those of a file: %s', (_, content, first) => {
    const context = givenIssuers({ issuers: fileOf(JSON.stringify(content)) }) ?? {};
    expect(firstIssuer(context)).toBe(first);
    // Nothing else of the file counts.
    expect(context).not.toHaveProperty('stage');
  });

  test.each([
    ['an issuer without an audience', { issuer }, /^--issuer: expected --audience beside it/],
    ['an audience alone', { audience: 'a' }, /^--audience: expected --issuer beside it/],
    ['a tenant claim alone', { 'tenant-claim': 'a' }, /^--tenant-claim: expected --issuer/],
    [
      'a file and --issuer',
      { issuer, issuers: 'f' },
      /^--issuers: has all of it, so leave --issuer/,
    ],
    ['a file and --audience', { audience: 'a', issuers: 'f' }, /leave --audience out/],
  ])('are refused: %s', (_, values, message) => {
    expect(() => givenIssuers(values)).toThrow(message);
  });

  test.each([
    ['no JSON', '[', /^--issuers: expected JSON in /],
    ['a cdk.json without issuers', '{"context": {"stage": "v1"}}', /expected a list of issuers/],
    ['null', 'null', /expected a list of issuers/],
    ['a text', '"https://id.example.com"', /expected a list of issuers/],
  ])('are refused of a file: %s', (_, content, message) => {
    expect(() => givenIssuers({ issuers: fileOf(content) })).toThrow(message);
  });
});

test('of the issuers that the configuration has beside, as a cdk.json may, none counts', async () => {
  let context: Readonly<Record<string, unknown>> = {};
  const start = startStack({
    apiPort: 0,
    awsPort: 0,
    issuerPort: 0,
    context: { issuers: list, tenantClaim: 'org_id' },
    synthesize: async (given) => {
      context = given;
      throw new Error('enough');
    },
  });
  await expect(start).rejects.toThrow('enough');
  expect(context.issuers).toBeUndefined();
  expect(context).toMatchObject({ audience: 'tenant-keys', tenantClaim: 'tenant_id' });
  expect(context.issuer).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
});
