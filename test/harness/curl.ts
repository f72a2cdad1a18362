/** `curl` for the commands that the local page gives, on a machine that has none. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Understands -s, -X, -H and -d, and fails for any other option. */
const substitute = `#!${process.execPath}
const { values, positionals } = require('node:util').parseArgs({
  allowPositionals: true,
  options: {
    silent: { type: 'boolean', short: 's' },
    request: { type: 'string', short: 'X' },
    header: { type: 'string', short: 'H', multiple: true, default: [] },
    data: { type: 'string', short: 'd', multiple: true },
  },
});
const headers = new Headers(values.header.map((line) => line.split(/: */, 2)));
const body = values.data?.join('&');
const form = 'application/x-www-form-urlencoded';
if (body !== undefined && !headers.has('Content-Type')) headers.set('Content-Type', form);
const method = values.request ?? (body === undefined ? 'GET' : 'POST');
fetch(positionals[0], { method, headers, body })
  .then((response) => response.text())
  .then((text) => process.stdout.write(text));
`;

/** @returns the path (PATH) in which a curl is found, and what removes the substitute, if it has one */
export function pathWithCurl(): { readonly path: string; remove(): void } {
  const { PATH: path = '' } = process.env;
  if (spawnSync('curl', ['--version']).error === undefined) return { path, remove: () => {} };
  process.stderr.write('curl is not in the path: the commands of the page ran with a substitute\n');
  const folder = mkdtempSync(join(tmpdir(), 'tenant-keys-test-'));
  writeFileSync(join(folder, 'curl'), substitute, { mode: 0o755 });
  return {
    path: `${folder}${delimiter}${path}`,
    remove: () => rmSync(folder, { recursive: true }),
  };
}
