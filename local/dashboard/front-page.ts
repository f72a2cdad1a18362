/**
 * The page at `/`. Invariant: it runs its one script and uses its one style, by their hashes, and nothing that data
 * could add. It connects only to the endpoint that served it, and no other page can frame it.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Answer } from '../aws/wire/protocol.ts';
import type { ReceivedHeaders } from '../aws/wire/request.ts';
import { isPageAsked } from './asked-page.ts';

const html = readFileSync(join(import.meta.dirname, 'page.html'), 'utf8');

const answer: Answer = {
  status: 200,
  contentType: 'text/html; charset=utf-8',
  body: html,
  headers: {
    'Content-Security-Policy': [
      "default-src 'none'",
      `script-src '${hashOf('script')}'`,
      `style-src '${hashOf('style')}'`,
      'img-src data:',
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ].join('; '),
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
  },
};

/** @returns undefined where the request is for something else */
export function frontPage(
  method: string,
  target: string,
  headers: ReceivedHeaders,
): Answer | undefined {
  return isPageAsked('/', method, target, headers) ? answer : undefined;
}

function hashOf(element: 'script' | 'style'): string {
  const [, content = '', ...more] = html.split(new RegExp(`</?${element}>`));
  if (more.length !== 1) throw new Error(`page.html must have one ${element}, without attributes`);
  return `sha256-${createHash('sha256').update(content).digest('base64')}`;
}
