/** Encryption contexts, as a request has them. */
import type { EncryptionContext } from './data-key-source.ts';
import { UsageError } from './errors.ts';

/** API Gateway takes 10,240 bytes of headers, most of which a token may need. A longer one goes as JSON. */
const maxHeaderBytes = 2048;

/**
 * @returns a copy, so that what is sent is what was looked at; undefined for none
 * @throws UsageError where a value is no text: JSON would drop it, or make it one that nobody has written
 */
export function checkedContext(
  context: EncryptionContext | undefined,
): EncryptionContext | undefined {
  if (context === undefined) return undefined;
  const entries =
    typeof context === 'object' && context !== null ? Object.entries(context) : [['']];
  if (Array.isArray(context) || entries.some(([, value]) => typeof value !== 'string')) {
    throw new UsageError('an encryption context is an object of names with texts');
  }
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** @returns the value of a header: JSON in ASCII, so that no value can end it; undefined where it would be too long */
export function headerOf(context: EncryptionContext): string | undefined {
  const text = JSON.stringify(context).replace(
    /[\x7f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return text.length <= maxHeaderBytes ? text : undefined;
}
