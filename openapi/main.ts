/** `npm run openapi`: writes docs/openapi.json. */
import { writeFileSync } from 'node:fs';
import { documentFile, openApiText } from './document-file.ts';

writeFileSync(documentFile, openApiText());
