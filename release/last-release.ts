/**
 * What counts as the last release, for all that compares with it: the newest tag, or what `last-release.json` names, where
 * nothing is tagged or a clone has no tags. Its contract and its template are kept beside it, since a clone may have no
 * history either.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = import.meta.dirname;
const root = join(folder, '..');

export const lastReleaseFile = join(folder, 'last-release.json');
export const releasedDocumentFile = join(folder, 'openapi.json');
export const releasedTemplateFile = join(folder, 'template.json');

/** @returns what git knows the last release by, where this clone has it: a tag, or a commit before the first tag */
export function lastRelease(): string | undefined {
  const tag = git('describe', '--tags', '--abbrev=0', '--match', 'v*')?.trim();
  const { ref } = JSON.parse(readFileSync(lastReleaseFile, 'utf8')) as { readonly ref: string };
  return [tag, ref].find((one) => one && git('cat-file', '-e', `${one}^{commit}`) !== undefined);
}

/** @returns the file's text at that time */
export const textAt = (ref: string, file: string): string | undefined =>
  git('show', `${ref}:${file}`);

function git(...args: readonly string[]): string | undefined {
  try {
    return execFileSync('git', args, {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return undefined;
  }
}
