/**
 * A line of API Gateway's access log, and the attempt that it tells of. Invariant: an attempt is in the audit of the
 * tenant whose path was tried, by API Gateway's own word; what the caller wrote into the path is read as a tenant id or
 * not at all, and hides no attempt.
 */
import * as z from 'zod/mini';
import { refusedAttempts } from '../../contract/access-log.ts';
import type { AttemptEvent } from '../../contract/audit.ts';
import { operationOfRoute } from '../../contract/routes.ts';
import { stackPartition } from '../../contract/table-schema.ts';
import { tenantId } from '../../contract/tenant-id.ts';
import { type LogLine, parseLine } from './log-batch.ts';

/** Whatever stands in the path, quotes and backslashes too: the last `","method":"` is the format's own. */
const pathAndRest = /^\{"path":"(.*)",("method":".*)$/s;

const known = z.object({
  method: z.string(),
  principal: z.string(),
  /** not in the lines of a stage that a deployment has yet to reach */
  issuer: z.optional(z.string()),
  time: z.string().check(z.regex(/^\d{13}$/)),
  requestId: z.string(),
  resourcePath: z.string(),
  sourceAddress: z.string(),
  status: z.string().check(z.regex(/^\d{3}$/)),
  error: z.string(),
});

export type AccessLine = z.output<typeof known> & { readonly id: string; readonly path: string };

export interface Attempt {
  /** the tenant whose path was tried, or the stack's own */
  readonly partition: string;
  readonly event: AttemptEvent;
}

/** @returns undefined where the line is none of the access log */
export function accessLine({ id, message }: LogLine): AccessLine | undefined {
  const [, path, rest] = pathAndRest.exec(message) ?? [];
  if (path === undefined) return undefined;
  const line = parseLine(known, `{${rest}`);
  return line && { ...line, id, path };
}

/** @returns undefined where the caller was let in, or was refused for another reason than who it is */
export function attemptOf(line: AccessLine): Attempt | undefined {
  if (!Object.hasOwn(refusedAttempts, line.error)) return undefined;
  return {
    partition: tenantOf(line) ?? stackPartition,
    event: {
      kind: 'attempt',
      eventId: line.id,
      time: new Date(Number(line.time)).toISOString(),
      operation: operationOfRoute(line.method, line.resourcePath) ?? 'unknown',
      outcome: 'refused',
      errorCode: refusedAttempts[line.error as keyof typeof refusedAttempts],
      principal: principalOf(line),
      ...(line.issuer !== undefined && line.issuer !== '-' && { issuer: line.issuer }),
      sourceAddress: line.sourceAddress,
      requestId: line.requestId,
      status: Number(line.status),
    },
  };
}

/**
 * The path as it came, against that of the resource, from the end: before it stands the stage, or what a domain of the
 * operator's has there.
 */
function tenantOf({ path, resourcePath }: AccessLine): string | undefined {
  const expected = resourcePath.split('/').slice(1).reverse();
  const parts = path.replace(/\/$/, '').split('/').reverse();
  const part = parts[expected.indexOf('{tenantId}')];
  return part === undefined ? undefined : tenantId.safeParse(decoded(part)).data;
}

/** The authorizer knows who asked only where it has verified a token. */
const principalOf = ({ principal }: AccessLine): string =>
  principal === '-' ? 'unknown' : (decoded(principal) ?? 'unknown');

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
