/** What has changed since the last release that somebody must be told of: clients, and who deploys. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { breakingChanges } from '../openapi/breaking-changes.ts';
import { openApiDocument } from '../openapi/document.ts';
import { releasedDocumentFile, releasedTemplateFile } from './last-release.ts';
import { lostResources, templateOfNow } from './template.ts';

const read = (file: string) => JSON.parse(readFileSync(file, 'utf8'));

/** @returns what breaks clients */
export const contractChanges = (): string[] =>
  breakingChanges(read(releasedDocumentFile), openApiDocument());

/** @returns which resources a deployment replaces or removes */
export const resourceChanges = (): string[] =>
  lostResources(read(releasedTemplateFile), currentTemplate());

export function currentTemplate() {
  const folder = mkdtempSync(join(tmpdir(), 'tenant-keys-release-'));
  try {
    return templateOfNow(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
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
