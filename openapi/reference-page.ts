/**
 * The reference as a page: docs/openapi.json, drawn by Redoc, which comes with the linter. Invariant: the page is one
 * file with everything in it. Its policy lets it run the scripts that it has, by their hashes, and ask no host for
 * anything.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { documentFile } from './document-file.ts';
import { redocly } from './redocly.ts';

/** @returns the page, which takes some seconds to draw */
export async function referencePage(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'tenant-keys-reference-'));
  const output = join(folder, 'reference.html');
  try {
    await redocly('build-docs', documentFile, '--inlineBundle', '--output', output);
    return withPolicy(withoutLogo(readFileSync(output, 'utf8')));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Redoc's logo is the one thing that is on another host. */
const withoutLogo = (html: string): string =>
  html.replaceAll(/https:\/\/cdn\.redoc\.ly\/[\w/-]+\.svg/g, emptyImage);
const emptyImage = 'data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=';

function withPolicy(html: string): string {
  const scripts = [...html.matchAll(/<script(?: type="module")?>(.*?)<\/script>/gs)];
  const hashes = scripts.map(([, text = '']) => `'sha256-${sha256(text)}'`);
  const policy = [
    "default-src 'none'",
    `script-src ${hashes.join(' ')}`,
    // Redoc makes its styles while it draws.
    "style-src 'unsafe-inline'",
    'img-src data:',
    'font-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return html.replace(
    '<head>',
    `<head>\n  <meta http-equiv="Content-Security-Policy" content="${policy}">`,
  );
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64');
