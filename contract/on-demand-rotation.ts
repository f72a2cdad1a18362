/** A tenant's last on-demand rotation that was asked for through the API, as the row has it and the API shows it. */
import * as z from 'zod/mini';

export const onDemandRotation = z.strictObject({
  /** current in the key store before it was asked; once it is not, the rotation is done */
  supersededKeyMaterialId: z.string(),
  /** when the key store was asked, or was about to be; RFC 3339 */
  requestedAt: z.string(),
  /** `requested`: what became of it is to be found out; `accepted`: the key store rotates the key, or has done so */
  state: z.enum(['requested', 'accepted']),
});
export type OnDemandRotation = z.output<typeof onDemandRotation>;
