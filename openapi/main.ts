/**
 * `npm run openapi`: writes docs/openapi.json, and of it the client's types. With `--release`, when a version is tagged,
 * also the document with which the next ones are compared. With `--changes` it writes nothing, and prints what breaks
 * clients of that one; with `--page FILE` it writes the reference as a page.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { clientTypes, clientTypesFile } from './client-types.ts';
import { openApiText } from './document.ts';
import { documentFile } from './document-file.ts';
import { referencePage } from './reference-page.ts';
import { changesSinceRelease, releasedFile } from './released.ts';

const usage = `usage: npm run openapi [-- options]
Writes docs/openapi.json and what is made of it.
  --release    also the document with which later ones are compared: when a version is tagged
  --changes    print what breaks clients of the last version, and write nothing
  --page FILE  write the reference as a page, and nothing else
  --help`;

const options = {
  release: { type: 'boolean', default: false },
  changes: { type: 'boolean', default: false },
  page: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

async function main(): Promise<void> {
  const { values } = parseArgs({ options });
  if (values.help) return console.log(usage);
  if (values.changes) {
    for (const change of changesSinceRelease()) console.log(`- \`${change}\``);
  } else if (values.page !== undefined) {
    writeFileSync(values.page, await referencePage());
  } else {
    writeFileSync(documentFile, openApiText());
    writeFileSync(clientTypesFile, clientTypes(JSON.parse(openApiText())));
    if (values.release) writeFileSync(releasedFile, openApiText());
  }
}

main().catch((error: Error) => {
  process.stderr.write(`npm run openapi: ${error.message}\n`);
  process.exitCode = 2;
});
