/** What has changed since the last release is named in the changelog, where it breaks clients or replaces a resource. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { contractChanges, resourceChanges, unnamedChanges } from '../../release/changes.ts';
import {
  lastRelease,
  lastReleaseFile,
  releasedDocumentFile,
  textAt,
} from '../../release/last-release.ts';

const changelog = readFileSync('CHANGELOG.md', 'utf8');
const read = (file: string) => readFileSync(file, 'utf8');

test('every breaking change since the last release is in CHANGELOG.md', () => {
  expect(unnamedChanges(contractChanges(), changelog)).toEqual([]);
});

test('every resource that a deployment over the last release replaces or removes is in CHANGELOG.md', () => {
  expect(unnamedChanges(resourceChanges(), changelog)).toEqual([]);
});

test('where git has the last release, what is compared with is its own', () => {
  const ref = lastRelease();
  if (ref === undefined) {
    console.info(
      'left out: this clone has neither tags nor the commit of release/last-release.json',
    );
    return;
  }
  expect(JSON.parse(read(lastReleaseFile))).toEqual({ ref });
  expect(read(releasedDocumentFile)).toBe(textAt(ref, 'docs/openapi.json'));
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
