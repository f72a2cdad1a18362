/** The forms of query parameters that several routes share. */
import * as z from 'zod/mini';

/** A number in a query; each number has one spelling. */
export function wholeNumberText(least: number, most: number, text: string) {
  const number = z.number().check(z.gte(least, text), z.lte(most, text));
  return z.pipe(
    z.string(text).check(z.regex(/^[1-9][0-9]{0,3}$/, text)),
    z.pipe(z.transform(Number), number),
  );
}
