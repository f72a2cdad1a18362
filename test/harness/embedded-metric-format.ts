/**
 * The schema for documents in the embedded metric format (CloudWatch User Guide, "Specification: Embedded metric
 * format"), and what its text says beyond: what a document names is there, as a text or a number.
 */
import { z } from 'zod';

const units = ['Count', 'Milliseconds'] as const;

const directive = z.strictObject({
  Namespace: z.string().min(1).max(1024),
  Dimensions: z.array(z.array(z.string().min(1).max(250)).max(30)).min(1),
  Metrics: z
    .array(z.strictObject({ Name: z.string().min(1).max(1024), Unit: z.enum(units) }))
    .max(100),
});

export const embeddedMetrics = z
  .looseObject({
    _aws: z.strictObject({ Timestamp: z.int(), CloudWatchMetrics: z.array(directive) }),
  })
  .superRefine((line, { addIssue }) => {
    const { CloudWatchMetrics: directives } = line._aws;
    for (const name of directives.flatMap(({ Dimensions }) => Dimensions.flat())) {
      const { data } = z.string().max(1024).safeParse(line[name]);
      if (data === undefined) addIssue(`the dimension ${name} is no text of the line`);
    }
    for (const { Name } of directives.flatMap(({ Metrics }) => Metrics)) {
      if (!Number.isFinite(line[Name])) addIssue(`the metric ${Name} is no number of the line`);
    }
  });

export type EmbeddedMetrics = z.output<typeof embeddedMetrics>;
