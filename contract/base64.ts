/**
 * Base64 of RFC 4648 section 4, padded and strict. Invariant: no two texts stand for the same bytes, so
 * that a ciphertext has one spelling. Buffer.from alone skips what is not base64.
 */
import * as z from 'zod/mini';

const expected = 'must be base64 (RFC 4648 section 4: with + and /, padded, no line breaks)';

/** @returns undefined where the text is not the one spelling of its bytes */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  // Skipped characters, the URL alphabet, missing padding and trailing bits make another text.
  return bytes.toString('base64') === text ? bytes : undefined;
}

/** Base64 in JSON, bytes in the parsed value. */
export const base64Bytes = z.pipe(
  z.string(expected),
  z.transform((text, context) => {
    const bytes = decodeBase64(text);
    if (bytes !== undefined) return bytes;
    // Without the text: an issue keeps its input, and the text may be secret.
    context.issues.push({ code: 'custom', message: expected, input: undefined });
    return z.NEVER;
  }),
);
