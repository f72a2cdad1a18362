/** What KMS tells of the use of a key. */
import * as z from 'zod/mini';

/** The last use of a key, as KMS records it. */
export const keyUse = z.strictObject({
  /** KMS's name, such as `Decrypt` */
  operation: z.string(),
  /** RFC 3339 */
  at: z.string(),
  cloudTrailEventId: z.optional(z.string()),
});
export type KeyUse = z.output<typeof keyUse>;
