/** Who may use one tenant's key: a column of the matrix for everybody there is, not for those of one page. */
import { setImmediate } from 'node:timers/promises';
import { tenantActions } from '../../contract/key-policy.ts';
import type { AllowedActions } from './allowed-actions.ts';
import { type ShownColumn, type ShownSession, shownColumn, shownSession } from './matrix.ts';
import type { Session } from './sessions.ts';
import type { SimulatedKms } from './simulate.ts';
import type { KeyedTenant } from './tenants.ts';

export interface KeyUsers {
  readonly actions: readonly string[];
  readonly key: ShownColumn;
  /** the tenant's own session, those of other tenants that may use the key, and everybody else's */
  readonly users: readonly (ShownSession & { readonly allowed: readonly string[] })[];
  /** how many other tenants were asked about */
  readonly neighbours: number;
}

/** Between so many sessions, requests to the stack are let through. */
const sessionsAtOnce = 8;

export async function keyUsersOf(
  kms: SimulatedKms,
  allowed: AllowedActions,
  tenant: KeyedTenant,
  sessions: readonly Session[],
): Promise<KeyUsers> {
  const users: KeyUsers['users'][number][] = [];
  let neighbours = 0;
  for (const [index, session] of sessions.entries()) {
    const actions = allowed(session, tenant);
    const isNeighbour = session.kind === 'tenant' && session.tenantId !== tenant.tenantId;
    if (isNeighbour) neighbours += 1;
    if (!isNeighbour || actions.length > 0) {
      users.push({ ...shownSession(session), allowed: actions });
    }
    if (index % sessionsAtOnce === 0) await setImmediate();
  }
  return { actions: tenantActions, key: shownColumn(kms, tenant), users, neighbours };
}
