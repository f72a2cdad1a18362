/** Where the document is kept. Alone in a file, so that who reads it does not load all that it is made of. */
import { join } from 'node:path';

export const documentFile = join(import.meta.dirname, '..', 'docs', 'openapi.json');
