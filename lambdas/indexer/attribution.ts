/**
 * Whose event a call about a key is. Invariant: each call about a key that is claimed is somebody's event, or is logged
 * as nobody's; what the tenant's own session did is that tenant's event, whatever the registry says.
 */
import type { KeyEvent } from '../../contract/audit.ts';
import { tenantId, tenantIdTag } from '../../contract/tenant-id.ts';
import type { Claims } from './key-owners.ts';

export interface Attribution {
  /** undefined: nobody's. It is logged, so that alarms see it, and in no tenant's audit. */
  readonly tenantIds: readonly (string | undefined)[];
  /** whether the registry does not say of the key that it is one tenant's, and the tenant's that KMS let use it */
  readonly isDisputed: boolean;
}

/**
 * A key is one tenant's, and which of several that claim it nobody here can ask KMS. So all of them get its events, but
 * for those in which KMS has decided: where a tenant's session used the key on data that its context binds to the same
 * tenant, both locks of the key have named that tenant. Such an event is that tenant's alone, so that a row that
 * somebody plants does not show another tenant the contexts of a customer's daily work. It hides nothing either: what
 * belongs to others does not open under that context.
 */
export function attribute(
  event: KeyEvent,
  { tenantIds, tooMany }: Claims,
  tenantRoleArn: string,
): Attribution {
  const user = ownUser(event, tenantRoleArn);
  const isShared = tooMany || tenantIds.length > 1;
  if (user === undefined) {
    const isNobodys = isShared && tenantIds.length === 0;
    return { tenantIds: isNobodys ? [undefined] : tenantIds, isDisputed: isShared };
  }
  return tenantIds.includes(user)
    ? { tenantIds: [user], isDisputed: isShared }
    : { tenantIds: [...tenantIds, user], isDisputed: true };
}

/** The trust policy of the tenant role names each session after its tenant; the canary's are no tenant's. */
function ownUser(event: KeyEvent, tenantRoleArn: string): string | undefined {
  const { principal, session, outcome, encryptionContext } = event;
  if (principal !== tenantRoleArn || outcome !== 'succeeded') return undefined;
  return encryptionContext?.[tenantIdTag] === session
    ? tenantId.safeParse(session).data
    : undefined;
}
