import * as z from 'zod/mini';
import { badRequest, type Problem } from '../../contract/problem.ts';

/** What a value with no member to name is called. */
type Whole = 'body' | 'headers' | 'item' | 'query';

/**
 * @returns what the schema makes of the value
 * @throws Problem 400 naming the first member that is wrong and what it must be, never its value
 */
export function validated<S extends z.core.$ZodType>(
  schema: S,
  value: unknown,
  whole: Whole = 'body',
): z.output<S> {
  const result = z.safeParse(schema, value);
  if (!result.success) throw problemOf(result.error, whole);
  return result.data;
}

/**
 * Of a path only the first step is a name of ours; those below it, and unknown members, are the caller's
 * words, and so stay out of the answer.
 */
export function problemOf(error: z.core.$ZodError, whole: Whole = 'body'): Problem {
  const [issue] = error.issues;
  if (issue === undefined) return badRequest(`${whole}: is not as it must be`);
  const name = issue.path.length === 0 ? whole : String(issue.path[0]);
  if (issue.code === 'unrecognized_keys') return badRequest(`${name}: has an unknown member`);
  if (issue.path.length === 0) return badRequest(`${name}: must be a JSON object`);
  return badRequest(`${name}: ${issue.message}`);
}
