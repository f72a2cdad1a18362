/**
 * `npm run release -- v1.2.3`: keeps what the next versions are compared with, in the commit that is then tagged.
 * `npm run release -- --changes` writes nothing, and prints the lines for CHANGELOG.md.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openApiText } from '../openapi/document.ts';
import { contractChanges, currentTemplate, resourceChanges } from './changes.ts';
import { lastReleaseFile, releasedDocumentFile, releasedTemplateFile } from './last-release.ts';

const usage = `usage: npm run release -- v1.2.3 | --changes
Keeps contract and template of the version that is about to be tagged, with which later ones are compared.
  --changes  print what breaks clients of the last version, and which resources a deployment replaces
             or removes; write nothing
  --help`;

const options = {
  changes: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

function main(): void {
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (values.help) {
    console.log(usage);
    return;
  }
  if (values.changes) {
    for (const change of [...contractChanges(), ...resourceChanges()])
      console.log(`- \`${change}\``);
    return;
  }
  const [ref, ...others] = positionals;
  if (ref === undefined || others.length > 0 || !/^v\d+\.\d+\.\d+$/.test(ref)) {
    throw new Error('expected the tag of the version, such as v1.2.3; --help says more');
  }
  writeFileSync(releasedDocumentFile, openApiText());
  writeFileSync(releasedTemplateFile, `${JSON.stringify(currentTemplate())}\n`);
  writeFileSync(lastReleaseFile, `${JSON.stringify({ ref })}\n`);
}

try {
  main();
} catch (error) {
  process.stderr.write(`npm run release: ${(error as Error).message}\n`);
  process.exitCode = 2;
}
