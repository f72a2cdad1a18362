/** Values of environment variables, which are all text. */
import * as z from 'zod/mini';

export const text = z.string().check(z.minLength(1));
export const wholeNumber = z.pipe(z.coerce.number(), z.int());
export const jsonOf = <S extends z.core.$ZodType<unknown, unknown>>(schema: S) =>
  z.pipe(z.pipe(text, z.transform(parsedJson)), schema);

/** @returns undefined, which no schema takes, for what is not JSON */
function parsedJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
