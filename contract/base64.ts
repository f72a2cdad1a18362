/**
 * Base64 of RFC 4648 section 4, padded and strict. Invariant: no two texts stand for the same bytes, so
 * that a ciphertext has one spelling. Buffer.from alone skips what is not base64.
 */
import * as z from 'zod/mini';

const expected = 'must be base64 (RFC 4648 section 4, padded)';

/** @returns the bytes, or undefined where the text is not what base64 writes for them */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  // What was skipped, the URL alphabet, missing padding and trailing bits do not come back.
  return bytes.toString('base64') === text ? bytes : undefined;
}

/** A member that is base64 outside and bytes inside. */
export const base64Bytes = z.pipe(
  z.string(expected),
  z.transform((text, context) => {
    const bytes = decodeBase64(text);
    if (bytes !== undefined) return bytes;
    // Not the text itself: an issue keeps its input.
    context.issues.push({ code: 'custom', message: expected, input: undefined });
    return z.NEVER;
  }),
);
