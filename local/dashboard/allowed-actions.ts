/** Which actions the policies allow in a cell of the matrix. A cell takes dozens of simulated calls, a tenth of a ms each. */
import type { EncryptionContext } from '../../contract/encryption-context.ts';
import { tenantActions } from '../../contract/key-policy.ts';
import { tenantIdTag } from '../../contract/tenant-id.ts';
import type { DecisionCache } from './decision-cache.ts';
import type { Session } from './sessions.ts';
import { type SimulatedKms, simulate } from './simulate.ts';
import type { KeyedTenant } from './tenants.ts';

export type AllowedActions = (session: Session, tenant: KeyedTenant) => readonly string[];

/** @returns what gives a cell's allowed actions */
export const allowedActions =
  (kms: SimulatedKms, cached: DecisionCache): AllowedActions =>
  (session, tenant) => {
    const { key, keyArn, tenantId } = tenant;
    return cached(key, `${keyArn} ${tenantId} ${session.id}`, () =>
      actionsIn(kms, session, tenant),
    );
  };

function actionsIn(kms: SimulatedKms, session: Session, tenant: KeyedTenant): string[] {
  const { caller } = session;
  const contexts = contextsOf(session, tenant);
  return tenantActions.filter((action) =>
    contexts.some(
      (encryptionContext) =>
        simulate(kms, { caller, key: tenant, action, encryptionContext }).allowed,
    ),
  );
}

/** @returns contexts that name the key's tenant, the session's tenant, and none */
export function contextsOf(session: Session, { tenantId }: KeyedTenant): EncryptionContext[] {
  const named = new Set([tenantId, session.tenantId ?? tenantId]);
  return [...[...named].map((name) => ({ [tenantIdTag]: name })), {}];
}
