/** A change that breaks clients of the last tagged version is named in the changelog. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import {
  changesSinceRelease,
  releasedDocument,
  releasedFile,
  unnamedChanges,
} from '../../openapi/released.ts';

const git = (...args: readonly string[]): string | undefined => {
  try {
    return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return undefined;
  }
};
/** undefined in a clone without tags, and before the first */
const tag = git('describe', '--tags', '--abbrev=0', '--match', 'v*')?.trim();
const changelog = readFileSync('CHANGELOG.md', 'utf8');

test('every breaking change since the last tagged version is in CHANGELOG.md', () => {
  const compared = releasedDocument() === undefined ? 'nothing is released' : tag;
  console.info(`breaking changes: compared with ${compared ?? 'the document of the last release'}`);
  expect(unnamedChanges(changesSinceRelease(), changelog)).toEqual([]);
});

test('where there is a tag, what is compared with is its document', () => {
  const tagged = tag === undefined ? undefined : git('show', `${tag}:docs/openapi.json`);
  const released = releasedDocument();
  if (tagged === undefined) return;
  expect(`${JSON.stringify(released, null, 2)}\n`).toBe(tagged);
  expect(readFileSync(releasedFile, 'utf8')).toBe(tagged);
});

describe('a change is named', () => {
  const change = 'POST /tenants/{tenantId}/encrypt body.mode: required';
  const named = `## [Unreleased]\n\n### Changed\n\n- \`${change}\`: say which.\n`;

  test('where it stands under what is not released', () => {
    expect(unnamedChanges([change], named)).toEqual([]);
  });

  test('where its line is broken', () => {
    expect(unnamedChanges([change], named.replace('body.mode: ', 'body.mode:\n  '))).toEqual([]);
  });

  test.each([
    ['nowhere', '## [Unreleased]\n'],
    ['under an earlier version', `## [Unreleased]\n\n${named.replace('Unreleased', '1.0.0')}`],
    ['in other words', named.replace('required', 'must be there')],
    ['as the beginning of another', named.replace('required', 'required, now')],
  ])('not where it stands %s', (_, text) => {
    expect(unnamedChanges([change], text)).toEqual([change]);
  });
});
