/** The body of a problem. Not in problem.ts, so that a function can throw a problem without loading its schema. */
import * as z from 'zod/mini';
import { type ProblemCode, problemStatuses, problemTitles } from './problem.ts';
import { problemType } from './problem-type.ts';

const codes = Object.keys(problemStatuses) as ProblemCode[];

const shape = {
  title: z.string(),
  status: z.int(),
  detail: z.string().check(z.minLength(1)),
  code: z.enum(codes),
};
type Shape = z.output<z.ZodMiniObject<typeof shape>>;

const isInCatalogue = ({ status, code, title }: Shape) =>
  problemStatuses[code].some((one) => one === status && problemTitles[one] === title);
const known = z.refine<Shape>(
  isInCatalogue,
  'must have a status and a title that go with the code',
);

export const problemBody = z
  .strictObject({ type: z.string(), ...shape, requestId: z.string() })
  .check(
    known,
    z.refine(({ type, code }) => type === problemType(code, type.split('/')[1] as string), {
      path: ['type'],
      error: 'must lead to the page of the code',
    }),
  );

/** The place of an item's result in a batch: a problem without the members that belong to the whole request. */
export const itemError = z.strictObject({ error: z.strictObject(shape).check(known) });
export type ItemError = z.output<typeof itemError>;
