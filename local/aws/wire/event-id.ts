/** The id of a call's event. */
import { createHash } from 'node:crypto';

/**
 * One call is one event, so the event's id follows from the request's: KMS can name the event of a last use without
 * storing its id. Both ids begin alike, so that events of one second sort as the calls came; their time is in whole
 * seconds. On AWS the two ids are independent, and events of one second have no order.
 * @returns a UUID
 */
export function eventIdOf(requestId: string): string {
  const hex = createHash('sha256').update(`event of ${requestId}`).digest('hex');
  const [, time = hex.replace(/^.{15}(.{8})(.{4}).*$/, '$1-$2'), counter = hex.slice(27, 30)] =
    /^([0-9a-f]{8}-[0-9a-f]{4})-[0-9a-f]([0-9a-f]{3})-/.exec(requestId) ?? [];
  // Version 8, "vendor-specific", and the variant of RFC 9562.
  return hex.replace(/^(.{3})(.{12}).*$/, `${time}-8${counter}-8$1-$2`);
}
