/**
 * Which session may use which key. Invariant: a cell is allowed if any cryptographic action is, in any encryption
 * context that names the key's tenant, the session's tenant, or none.
 */
import { setImmediate } from 'node:timers/promises';
import { tenantActions } from '../../contract/key-policy.ts';
import { keyArn } from '../kms/account.ts';
import { keyState } from '../kms/key.ts';
import type { AllowedActions } from './allowed-actions.ts';
import type { Session } from './sessions.ts';
import type { SimulatedKms } from './simulate.ts';
import type { RegisteredKey } from './tenants.ts';

export interface Matrix {
  readonly actions: readonly string[];
  readonly columns: readonly ShownColumn[];
  readonly rows: readonly ShownRow[];
}

export interface ShownColumn {
  readonly tenantId: string;
  readonly keyArn: string;
  /** whatever the policies say, KMS refuses to use a key that is not Enabled */
  readonly keyState: string;
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
  /** for each column the allowed actions; with none the session may not use the key */
  readonly cells: readonly (readonly string[])[];
}

export async function matrixOf(
  kms: SimulatedKms,
  allowed: AllowedActions,
  sessions: readonly Session[],
  keys: readonly RegisteredKey[],
): Promise<Matrix> {
  const rows: ShownRow[] = [];
  for (const session of sessions) {
    rows.push({ ...shownSession(session), cells: keys.map((key) => allowed(session, key)) });
    // Lets requests to the stack through between two rows.
    await setImmediate();
  }
  return { actions: tenantActions, columns: keys.map((key) => shownColumn(kms, key)), rows };
}

export function shownColumn(
  { account }: SimulatedKms,
  { tenantId, key }: RegisteredKey,
): ShownColumn {
  return { tenantId, keyArn: keyArn(account, key.keyId), keyState: keyState(key) };
}

export function shownSession({ id, kind, name, caller, tenantId }: Session): ShownSession {
  return { id, kind, name, arn: caller.arn, tags: caller.tags, tenantId };
}
