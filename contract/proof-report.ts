/**
 * The report of `npm run prove`: what an auditor keeps and compares with one of their own, and what the local page
 * shows. Whoever reads one takes nothing that contradicts itself for a proof.
 */
import * as z from 'zod/mini';

const hash = z.strictObject({
  sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
  /** what is hashed, for whoever wants to do it again */
  of: z.string(),
});
const count = z.int().check(z.nonnegative());

const openQuestion = z.strictObject({
  /** a request against the sentence; that a request of which it speaks is not possible; or that nobody knows */
  kind: z.enum(['counterexample', 'impossible', 'unknown']),
  sentence: z.string(),
  /** of a request against the sentence: what a local stack of the template did with the request */
  replayed: z.optional(
    z.strictObject({
      outcome: z.enum(['confirmed', 'not confirmed', 'not replayable']),
      why: z.string(),
      isCarriedOut: z.optional(z.boolean()),
    }),
  ),
});

const theorem = z
  .strictObject({
    id: z.string(),
    /** in English */
    sentence: z.string(),
    /** lists that are part of the sentence */
    lines: z.optional(z.readonly(z.array(z.string()))),
    verdict: z.enum(['proved', 'refuted', 'unknown']),
    questions: count,
    /** of the questions as solvers read them: who asks the same gets the same */
    scripts: hash.shape.sha256,
    durationMs: count,
    /** names of the statements that are enough for the proof, if they were asked for */
    statements: z.optional(z.readonly(z.array(z.string()))),
    open: z.readonly(z.array(openQuestion)),
  })
  .check(
    z.refine(({ verdict, questions, open }) => {
      if (questions === 0) return false;
      const isRefuted = open.some(({ kind }) => kind !== 'unknown');
      return verdict === (open.length === 0 ? 'proved' : isRefuted ? 'refuted' : 'unknown');
    }, 'has a verdict that does not follow from what is open'),
  );

export const proofReport = z.strictObject({
  /** of this format */
  version: z.literal(1),
  template: hash,
  /** the same for two templates with the same policies */
  policies: hash,
  /** with its version */
  solver: z.string(),
  node: z.string(),
  date: z.iso.datetime(),
  durationMs: count,
  theorems: z.readonly(z.array(theorem).check(z.minLength(1))),
});
export type ProofReport = z.output<typeof proofReport>;

/**
 * @param text of a report
 * @throws Error that says, to a person, why it is none
 */
export function readProofReport(text: string): ProofReport {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error('it is not JSON');
  }
  if ((json as Partial<ProofReport> | null)?.version !== 1) {
    throw new Error('it is of another version of npm run prove');
  }
  const { data, error } = proofReport.safeParse(json);
  if (data !== undefined) return data;
  const [issue] = error.issues;
  throw new Error(`it is no report: ${issue?.path.join('.')}: ${issue?.message}`);
}
