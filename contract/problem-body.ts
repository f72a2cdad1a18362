/** The form of a problem in an answer. Not in problem.ts, so that the functions do not load it to throw one. */
import * as z from 'zod/mini';
import { type ProblemCode, problemStatuses, problemTitles } from './problem.ts';

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
    z.refine(({ type, code }) => type === `urn:tenant-keys:problem:${code}`, {
      path: ['type'],
      error: 'must name the code',
    }),
  );

/** In the place of a result in a batch: a problem without what belongs to the request. */
export const itemError = z.strictObject({ error: z.strictObject(shape).check(known) });
export type ItemError = z.output<typeof itemError>;
