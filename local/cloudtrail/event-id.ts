/** The id of a call's event. */
import { createHash } from 'node:crypto';

/**
 * One call is one event, so its id follows from the request's: KMS can tell which event a last use was without
 * keeping it. On AWS the two are independent.
 * @returns a UUID
 */
export function eventIdOf(requestId: string): string {
  const hex = createHash('sha256').update(`event of ${requestId}`).digest('hex');
  // Version 8, "vendor-specific", and the variant of RFC 9562.
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-8$3-8$4-$5');
}
