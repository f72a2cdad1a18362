/** The forms that parameters of a query share. */
import * as z from 'zod/mini';

/** A number as it stands in a query: one spelling each. */
export function wholeNumberText(least: number, most: number, text: string) {
  const number = z.number().check(z.gte(least, text), z.lte(most, text));
  return z.pipe(
    z.string(text).check(z.regex(/^[1-9][0-9]{0,3}$/, text)),
    z.pipe(z.transform(Number), number),
  );
}
