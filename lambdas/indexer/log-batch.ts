/** Log lines, as CloudWatch Logs delivers them to a subscribed function. */
import { gunzipSync } from 'node:zlib';
import * as z from 'zod/mini';

const event = z.object({ awslogs: z.object({ data: z.string() }) });

/**
 * By this CloudWatch Logs checks that it reaches the function. Its owner is `CloudwatchLogs`, in place of an account, and it
 * belongs to no log group.
 */
const controlMessage = z.object({ messageType: z.literal('CONTROL_MESSAGE') });

const dataMessage = z.object({
  messageType: z.literal('DATA_MESSAGE'),
  /** account id */
  owner: z.string(),
  logGroup: z.string(),
  logEvents: z.array(
    z.object({ id: z.string().check(z.regex(/^[0-9A-Za-z-]{1,128}$/)), message: z.string() }),
  ),
});

const batch = z.discriminatedUnion('messageType', [controlMessage, dataMessage]);

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

/**
 * @returns undefined for a control message
 * @throws Error where it is no delivery of CloudWatch Logs
 */
export function readLogBatch(delivered: unknown): LogBatch | undefined {
  const { awslogs } = z.parse(event, delivered);
  const text = gunzipSync(Buffer.from(awslogs.data, 'base64'), { maxOutputLength: maxBytes });
  const message = z.parse(batch, JSON.parse(text.toString()));
  if (message.messageType === 'CONTROL_MESSAGE') return undefined;
  const { owner, logGroup, logEvents: lines } = message;
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
