/**
 * The document of the last tagged version, and what has changed since. It is a file of this repository and not only
 * what the tag has, since a clone of CI may have neither tags nor history.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { breakingChanges } from './breaking-changes.ts';
import { openApiDocument } from './document.ts';
import type { Json } from './json.ts';

const rootFolder = join(import.meta.dirname, '..');
export const releasedFile = join(rootFolder, 'docs', 'openapi.released.json');

/** @returns undefined as long as nothing is released */
export const releasedDocument = (): Json | undefined =>
  existsSync(releasedFile) ? JSON.parse(readFileSync(releasedFile, 'utf8')) : undefined;

/** @returns the breaking changes since the last tagged version; none as long as nothing is released */
export function changesSinceRelease(): string[] {
  const released = releasedDocument();
  return released === undefined ? [] : breakingChanges(released, openApiDocument());
}

/**
 * @param changelog whose section of what is not released must name each change, in backticks
 * @returns the changes that it does not name
 */
export function unnamedChanges(changes: readonly string[], changelog: string): string[] {
  const [, section = ''] = /^## \[Unreleased\]$(.*?)(?=^## \[|$(?![\s\S]))/ms.exec(changelog) ?? [];
  const words = section.replace(/\s+/g, ' ');
  return changes.filter((change) => !words.includes(`\`${change}\``));
}
