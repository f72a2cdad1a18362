import { join } from 'node:path';

/** Where `npm run prove` keeps its last report. No version of the repository has it. */
export const lastProof = join(import.meta.dirname, '../.prove/last.json');
