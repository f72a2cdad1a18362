/** The examples of the document: requests that were sent to the local stack, and its answers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Operation } from '../contract/routes.ts';

export interface Example {
  readonly status: number;
  readonly request?: object;
  readonly response: object;
}

/** `test/e2e/examples.test.ts` writes it. */
export const examplesFile = join(import.meta.dirname, 'examples.json');

export const recorded: Readonly<Record<Operation, Example>> = JSON.parse(
  readFileSync(examplesFile, 'utf8'),
);
