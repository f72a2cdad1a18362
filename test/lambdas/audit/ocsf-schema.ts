/** OCSF's own schema of the class of our events, as a validator. */
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { Ajv2020 } from 'ajv/dist/2020.js';

const ajv = new Ajv2020({ formats: { ip: (text: string) => isIP(text) !== 0 } });

export const isOcsf = ajv.compile(
  JSON.parse(readFileSync('test/lambdas/audit/ocsf-1.8.0.json', 'utf8')),
);
