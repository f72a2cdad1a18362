/**
 * Which session may use which key. Invariant: the policies allow a cell if they allow any cryptographic action, in any
 * encryption context that names the key's tenant, the session's tenant, or none. What KMS does for whoever is allowed
 * stands with the column: it depends on the key's state alone.
 */
import { setImmediate } from 'node:timers/promises';
import { tenantActions } from '../../contract/key-policy.ts';
import { keyState } from '../kms/key.ts';
import type { AllowedActions } from './allowed-actions.ts';
import { stateError } from './key-use.ts';
import type { Session } from './sessions.ts';
import type { SimulatedKms } from './simulate.ts';
import { isKeyed, type RegisteredTenant } from './tenants.ts';

export interface Matrix {
  readonly actions: readonly string[];
  readonly columns: readonly ShownColumn[];
  readonly rows: readonly ShownRow[];
}

export interface ShownColumn {
  readonly tenantId: string;
  readonly status: string | undefined;
  readonly keyArn: string | undefined;
  /** as KMS has it; `Gone` where it has none any more, `None` where the tenant has none yet */
  readonly keyState: string;
  /** the error that KMS gives now to whoever the policies allow; absent where it does what is asked */
  readonly refusal: string | undefined;
}

export interface ShownSession {
  readonly id: string;
  readonly kind: Session['kind'];
  readonly name: string;
  readonly arn: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly tenantId: string | undefined;
}

interface ShownRow extends ShownSession {
  /** for each column the actions that the policies allow; with none the session may not use the key */
  readonly cells: readonly (readonly string[])[];
}

export async function matrixOf(
  kms: SimulatedKms,
  allowed: AllowedActions,
  sessions: readonly Session[],
  tenants: readonly RegisteredTenant[],
): Promise<Matrix> {
  const rows: ShownRow[] = [];
  for (const session of sessions) {
    const cells = tenants.map((tenant) => (isKeyed(tenant) ? allowed(session, tenant) : []));
    rows.push({ ...shownSession(session), cells });
    // Lets requests to the stack through between two rows.
    await setImmediate();
  }
  return {
    actions: tenantActions,
    columns: tenants.map((tenant) => shownColumn(kms, tenant)),
    rows,
  };
}

export function shownColumn(kms: SimulatedKms, tenant: RegisteredTenant): ShownColumn {
  const { tenantId, status, keyArn, key } = tenant;
  const missing = keyArn === undefined ? 'None' : 'Gone';
  const state = key === undefined ? missing : keyState(key);
  return { tenantId, status, keyArn, keyState: state, refusal: stateError(kms, tenant) };
}

export function shownSession({ id, kind, name, caller, tenantId }: Session): ShownSession {
  return { id, kind, name, arn: caller.arn, tags: caller.tags, tenantId };
}
