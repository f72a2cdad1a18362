/**
 * Values of a request against their schema. Invariant: an error names members of ours, the missing and the allowed
 * ones, and never repeats a name or a value of the caller's.
 */
import * as z from 'zod/mini';
import { badRequest } from '../../contract/problem.ts';

/** What the value as a whole is called, and its parts, in an error. */
const wholes = {
  body: 'member',
  headers: 'header',
  item: 'member',
  query: 'parameter',
} as const;
export type Whole = keyof typeof wholes;

/** Where a member of the schema is called otherwise by the caller, such as a header. */
export type NameOf = (member: string) => string;

/**
 * @returns what the schema makes of the value
 * @throws Problem 400 saying of the first member that is wrong what it must be, and which are allowed where there is
 * another
 */
export function validated<S extends z.core.$ZodType>(
  schema: S,
  value: unknown,
  whole: Whole = 'body',
  nameOf: NameOf = (member) => member,
): z.output<S> {
  const result = z.safeParse(schema, value);
  if (result.success) return result.data;
  const { issues } = result.error;
  const unknown = issues.some(isUnknownMember) ? [unknownMember(schema, whole, nameOf)] : [];
  const wrong = issues.filter((issue) => !isUnknownMember(issue)).slice(0, 1);
  const faults = wrong.map((issue) => faultOf(issue, value, whole, nameOf));
  throw badRequest([...faults, ...unknown].join('; '));
}

const isUnknownMember = ({ code, path }: z.core.$ZodIssue): boolean =>
  code === 'unrecognized_keys' && path.length === 0;

/** Only the first step of an issue's path is a name of ours; those below are the caller's own words. */
function faultOf(issue: z.core.$ZodIssue, value: unknown, whole: Whole, nameOf: NameOf): string {
  const [member] = issue.path;
  // The schema's own condition on the value as a whole, or a value of another kind.
  if (issue.code === 'custom' && member === undefined) return `${whole}: ${issue.message}`;
  if (typeof member !== 'string') return `${whole}: must be a JSON object`;
  const name = nameOf(member);
  const given = value as Readonly<Record<string, unknown>>;
  if (!Object.hasOwn(given, member)) return `${name}: is missing, and ${issue.message}`;
  if (whole === 'query' && Array.isArray(given[member])) return `${name}: must be given once`;
  return `${name}: ${issue.message}`;
}

function unknownMember(schema: z.core.$ZodType, whole: Whole, nameOf: NameOf): string {
  const { shape = {} } = schema as { readonly shape?: object };
  const allowed = Object.keys(shape).map(nameOf);
  const list = allowed.length === 0 ? 'none is allowed' : `allowed: ${allowed.join(', ')}`;
  return `${whole}: has an unknown ${wholes[whole]}; ${list}`;
}
