/** Lists in the CDK context: as such in cdk.json, as JSON text with `-c`. */
import { z } from 'zod';

/** @param schema of a list or an object, which may come as JSON text of one */
export const valueOrJson = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess(parsedJson, schema) as unknown as z.ZodType<
    z.output<Schema>,
    z.input<Schema> | string
  >;

/** What is not JSON stays text, which the schema refuses. */
function parsedJson(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** @returns a check of a list: no two entries have the same value of the member */
export const noneTwice =
  <K extends string>(member: K, messageOf: (value: string) => string) =>
  (entries: readonly Readonly<Record<K, string>>[], context: z.core.$RefinementCtx): void => {
    const values = entries.map((entry) => entry[member]);
    for (const [index, value] of values.entries()) {
      if (values.indexOf(value) === index) continue;
      context.addIssue({ code: 'custom', path: [index, member], message: messageOf(value) });
    }
  };
