/**
 * `npm run openapi`: writes docs/openapi.json, and of it the client's types. With `--page FILE` it writes nothing but the
 * reference as a page.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { clientTypes, clientTypesFile } from './client-types.ts';
import { openApiText } from './document.ts';
import { documentFile } from './document-file.ts';
import { referencePage } from './reference-page.ts';

const usage = `usage: npm run openapi [-- options]
Writes docs/openapi.json and what is made of it.
  --page FILE  write the reference as a page, and nothing else
  --help`;

const options = {
  page: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

async function main(): Promise<void> {
  const { values } = parseArgs({ options });
  if (values.help) return console.log(usage);
  if (values.page !== undefined) {
    writeFileSync(values.page, await referencePage());
  } else {
    writeFileSync(documentFile, openApiText());
    writeFileSync(clientTypesFile, clientTypes(JSON.parse(openApiText())));
  }
}

main().catch((error: Error) => {
  process.stderr.write(`npm run openapi: ${error.message}\n`);
  process.exitCode = 2;
});
