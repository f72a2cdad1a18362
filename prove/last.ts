/** The last report of all theorems, kept in the checkout. One that cannot be written to is no fault. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { replaceFile } from '../local/atomic-file.ts';
import { lastProof } from '../local/last-proof.ts';
import { asJson, type Report } from './report.ts';

/** @returns why it could not be kept */
export function keep(report: Report, file = lastProof): string | undefined {
  try {
    mkdirSync(dirname(file), { recursive: true });
    replaceFile(file, asJson(report));
    return undefined;
  } catch (error) {
    return `The last report is not kept: ${(error as Error).message}`;
  }
}
