/** What a value of the configuration may be. `-c` gives each as a string, cdk.json may give a number or a boolean. */
import { z } from 'zod';
import { isSafeUrl } from '../../contract/issuers.ts';

export function days(min: number, max: number) {
  return wholeNumber('days', min, max);
}

export function trueOrFalse() {
  return z.union(
    [z.boolean(), z.enum(['true', 'false']).transform((value) => value === 'true')],
    'must be true or false',
  );
}

export function wholeNumber(unit: string, min: number, max: number) {
  const text = `must be a whole number of ${unit} from ${min} to ${max}`;
  return z
    .union([z.number(), z.string().regex(/^\d+$/).transform(Number)], text)
    .refine((value) => Number.isInteger(value) && value >= min && value <= max, text);
}

export function oneOf(unit: string, values: readonly number[]) {
  const text = `must be a number of ${unit}, one of ${values.join(', ')}`;
  return z
    .union([z.number(), z.string().regex(/^\d+$/).transform(Number)], text)
    .refine((value) => values.includes(value), text);
}

/** @param message what the whole text must be, which the form checks */
export function text(form: RegExp, message: string) {
  return z.string(message).regex(form, message);
}

/** @param message what the whole text must be: an https URL without a path, or http for this machine */
export function origin(message: string) {
  return z.string(message).refine((url) => isSafeUrl(url) && new URL(url).origin === url, message);
}
