/** The document as it is kept. */
import { join } from 'node:path';
import { openApiDocument } from './document.ts';

export const documentFile = join(import.meta.dirname, '..', 'docs', 'openapi.json');

/** @returns the text of the file */
export const openApiText = (): string => `${JSON.stringify(openApiDocument(), null, 2)}\n`;
