/** Values of a request against their schema. Invariant: an error names a member of ours and never repeats a value. */
import * as z from 'zod/mini';
import { badRequest, type Problem } from '../../contract/problem.ts';

/** The name of the value as a whole, for an error that is in none of its members. */
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
 * Only the first step of an issue's path is a name of ours. The steps below it, and unknown members, are the caller's
 * own words, and so stay out of the answer.
 */
function problemOf(error: z.core.$ZodError, whole: Whole = 'body'): Problem {
  const [issue] = error.issues;
  if (issue === undefined) return badRequest(`${whole}: is not as it must be`);
  const name = issue.path.length === 0 ? whole : String(issue.path[0]);
  if (issue.code === 'unrecognized_keys') return badRequest(`${name}: has an unknown member`);
  if (issue.path.length === 0) return badRequest(`${name}: must be a JSON object`);
  return badRequest(`${name}: ${issue.message}`);
}
