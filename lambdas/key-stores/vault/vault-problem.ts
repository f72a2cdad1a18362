/** Errors of Vault as Problems. None of them is the caller's fault, and none says what the store said. */
import {
  keyRevokedByTenant,
  keyStoreUnavailable,
  type Problem,
} from '../../../contract/problem.ts';
import {
  VaultAccessDenied,
  VaultBindsNoContext,
  VaultKeyNotFound,
  VaultKeyVersionDisallowed,
  VaultLoginRefused,
  VaultUnavailable,
} from './vault-errors.ts';

/**
 * Vault says no: the role, the policy, the key or its version is not there, or not for this tenant. So it is where the tenant is not
 * ACTIVE any more, too: its row, read anew, may have another answer.
 */
const refusals = [
  VaultAccessDenied,
  VaultKeyNotFound,
  VaultKeyVersionDisallowed,
  VaultLoginRefused,
];
const failures = [VaultBindsNoContext, VaultUnavailable];

/** @returns undefined for an error that is none of Vault's */
export function problemOfVaultError(error: unknown): Problem | undefined {
  if (refusals.some((kind) => error instanceof kind)) return keyRevokedByTenant();
  return failures.some((kind) => error instanceof kind) ? keyStoreUnavailable('vault') : undefined;
}
