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

const { values } = parseArgs({
  options: {
    release: { type: 'boolean', default: false },
    changes: { type: 'boolean', default: false },
    page: { type: 'string' },
  },
});
if (values.changes) {
  for (const change of changesSinceRelease()) console.log(`- \`${change}\``);
} else if (values.page !== undefined) {
  writeFileSync(values.page, await referencePage());
} else {
  writeFileSync(documentFile, openApiText());
  writeFileSync(clientTypesFile, clientTypes(JSON.parse(openApiText())));
  if (values.release) writeFileSync(releasedFile, openApiText());
}
