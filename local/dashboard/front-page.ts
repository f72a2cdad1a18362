/**
 * The page at `/`, and the files that it is made of. Invariant: it runs the scripts and uses the styles of its own
 * folder, and nothing that data could add. It connects only to the endpoint that served it, and no other page can
 * frame it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Answer } from '../aws/wire/protocol.ts';
import type { ReceivedHeaders } from '../aws/wire/request.ts';
import { isPageAsked } from './asked-page.ts';

const folder = join(import.meta.dirname, 'page');
/** under which the files of the folder are served */
const prefix = '/_local/page/';

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};

/** path -> file; only these paths are files, whatever a request asks for */
const files: ReadonlyMap<string, Pick<Answer, 'contentType' | 'body'>> = new Map(
  readdirSync(folder).map((name) => [
    name === 'index.html' ? '/' : `${prefix}${name}`,
    {
      contentType: contentTypes[extname(name)] as string,
      body: readFileSync(join(folder, name), 'utf8'),
    },
  ]),
);

/** @returns undefined where the request is for something else */
export function frontPage(
  method: string,
  target: string,
  headers: ReceivedHeaders,
): Answer | undefined {
  const file = files.get(target);
  if (file === undefined) return undefined;
  const origin = `http://${headers.get('host')?.[0]}`;
  if (!isPageAsked(target, method, target, withoutOwnOrigin(headers, origin))) return undefined;
  return { status: 200, ...file, headers: headersFor(origin) };
}

/** For the module that a page begins with, Chromium names the page's origin, though it is the module's own. */
function withoutOwnOrigin(headers: ReceivedHeaders, origin: string): ReceivedHeaders {
  const isOwn = headers.get('origin')?.every((named) => named === origin);
  return isOwn ? new Map([...headers].filter(([name]) => name !== 'origin')) : headers;
}

/** @param origin under which the page was asked for: a name of this machine's and a port, nothing else */
const headersFor = (origin: string) => ({
  'Content-Security-Policy': [
    "default-src 'none'",
    // Its folder, and not 'self': what other paths of the endpoint answer is no script.
    `script-src ${origin}${prefix}`,
    `style-src ${origin}${prefix}`,
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
});
