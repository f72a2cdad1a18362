/**
 * What KMS would answer now, whatever the page says of a tenant. Invariant: KMS's own code answers: a dry run of
 * Encrypt for a tenant's session, and its check of a key's state for whoever the policies allow.
 */
import { randomUUID } from 'node:crypto';
import { tenantIdTag } from '../../contract/tenant-id.ts';
import { callOf } from '../aws/call.ts';
import { decisionLog } from '../aws/decision-log.ts';
import { AwsError } from '../aws/wire/aws-error.ts';
import { requireEnabled } from '../kms/key.ts';
import { encrypt } from '../kms/operations/encrypt.ts';
import type { StoredKey } from '../kms/stored-key.ts';
import type { DecisionCache } from './decision-cache.ts';
import type { Session } from './sessions.ts';
import type { SimulatedKms } from './simulate.ts';
import type { KeyUse, RegisteredTenant } from './tenants.ts';

export type UseOf = (session: Session | undefined, tenant: RegisteredTenant) => KeyUse;

/** @returns what says how a call would end in which a tenant's own session encrypts under the tenant's key */
export const useOf =
  (kms: SimulatedKms, cached: DecisionCache): UseOf =>
  (session, { tenantId, keyArn, key }) => {
    if (keyArn === undefined || session === undefined)
      return { outcome: 'none yet', error: undefined };
    const ask = () => dryRun(kms, session, keyArn, tenantId);
    const error = cached(key, `use ${keyArn} ${tenantId}`, ask);
    return { outcome: error === undefined ? 'succeeds' : reasonOf(key), error };
  };

/** Why KMS refuses: whatever the policies say, a key that is gone or disabled cannot be used. */
function reasonOf(key: StoredKey | undefined): KeyUse['outcome'] {
  if (key === undefined) return 'gone';
  if (key.deletion !== undefined) return 'pending deletion';
  return key.enabled ? 'refused' : 'disabled';
}

function dryRun(
  { account, clock }: SimulatedKms,
  { caller }: Session,
  keyArn: string,
  tenantId: string,
): string | undefined {
  const call = callOf({
    service: 'kms',
    sourceIp: '127.0.0.1',
    region: account.region,
    caller,
    requestId: randomUUID(),
    clock,
    decisions: decisionLog(),
  });
  const EncryptionContext = { [tenantIdTag]: tenantId };
  const input = { KeyId: keyArn, Plaintext: 'AA==', EncryptionContext, DryRun: true };
  const error = errorOf(() =>
    encrypt.forAccounts(new Map([[account.accountId, account]]))(input, call),
  );
  return error === 'DryRunOperationException' ? undefined : error;
}

/** @returns the error for whoever the policies allow; none where the key can be used */
export function stateError(
  { account }: SimulatedKms,
  { keyArn, key }: RegisteredTenant,
): string | undefined {
  if (keyArn === undefined) return 'NoKey';
  if (key === undefined) return 'NotFoundException';
  return errorOf(() => requireEnabled(account, key));
}

function errorOf(ask: () => unknown): string | undefined {
  try {
    ask();
    return undefined;
  } catch (error) {
    if (error instanceof AwsError) return error.name;
    throw error;
  }
}
