/** Log lines, as CloudWatch Logs delivers them to a subscribed function. */
import { gunzipSync } from 'node:zlib';
import * as z from 'zod/mini';

const event = z.object({ awslogs: z.object({ data: z.string() }) });

const batch = z.object({
  /** CloudWatch Logs sends a CONTROL_MESSAGE to check that it reaches the function */
  messageType: z.enum(['DATA_MESSAGE', 'CONTROL_MESSAGE']),
  /** account id */
  owner: z.string(),
  logGroup: z.string(),
  logEvents: z.array(
    z.object({ id: z.string().check(z.regex(/^[0-9A-Za-z-]{1,128}$/)), message: z.string() }),
  ),
});

export interface LogLine {
  /** that CloudWatch Logs gave the line: no client or function chooses it, and it is the same when delivered again */
  readonly id: string;
  readonly message: string;
}

export interface LogBatch {
  readonly owner: string;
  readonly logGroup: string;
  readonly lines: readonly LogLine[];
}

/** CloudWatch Logs sends at most 1 MB of JSON; this bounds what any other caller could send. */
const maxBytes = 16 * 1024 * 1024;

/** @throws Error where it is no delivery of CloudWatch Logs */
export function readLogBatch(delivered: unknown): LogBatch {
  const { awslogs } = z.parse(event, delivered);
  const text = gunzipSync(Buffer.from(awslogs.data, 'base64'), { maxOutputLength: maxBytes });
  const { messageType, owner, logGroup, logEvents } = z.parse(batch, JSON.parse(text.toString()));
  const lines = messageType === 'DATA_MESSAGE' ? logEvents : [];
  return { owner, logGroup, lines };
}

/** @returns undefined where the line is no JSON object, or not of the schema */
export function parseLine<S extends z.core.$ZodType>(
  schema: S,
  line: string,
): z.output<S> | undefined {
  try {
    return z.safeParse(schema, JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
