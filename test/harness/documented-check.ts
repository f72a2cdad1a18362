/** The script of docs/api.md that checks a certificate, run as an auditor would. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const docs = readFileSync(join(import.meta.dirname, '../../docs/api.md'), 'utf8');

/**
 * @param signed the answer of the route of a certificate
 * @param published the answer of the route of its keys
 */
export function documentedCheck(signed: object, published: object) {
  const [, script] = /^```js\n(.*?)^```$/ms.exec(docs) ?? [];
  if (script === undefined) throw new Error('docs/api.md has no script');
  const folder = mkdtempSync(join(tmpdir(), 'tenant-keys-test-'));
  const file = (name: string, content: string) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  try {
    const { status, stdout } = spawnSync(
      process.execPath,
      [
        file('check.mjs', script),
        file('acme.json', JSON.stringify(signed)),
        file('keys.json', JSON.stringify(published)),
      ],
      { encoding: 'utf8', env: {} },
    );
    return { status, stdout };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
