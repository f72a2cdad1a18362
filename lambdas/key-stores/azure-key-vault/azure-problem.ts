/** Errors of Azure as Problems. None of them is the caller's fault, and none says what Azure said. */
import {
  keyNotReady,
  keyRevokedByTenant,
  keyStoreUnavailable,
  type Problem,
} from '../../../contract/problem.ts';
import {
  AzureAccessDenied,
  AzureKeyDisabled,
  AzureKeyNotFound,
  AzureUnavailable,
  EntraRefused,
} from './azure-errors.ts';

/** A new role assignment counts within 10 minutes (Azure RBAC, "Troubleshoot"), a federated credential somewhat sooner. */
const propagationMs = 10 * 60_000;
const mayBeNew = [AzureAccessDenied, EntraRefused];
/**
 * Azure says no: the identity, its credential, its role, the key or its version is not there, or is disabled. So it is where
 * the tenant is not ACTIVE any more, too: its row, read anew, may have another answer.
 */
const refusals = [...mayBeNew, AzureKeyDisabled, AzureKeyNotFound];

/**
 * @param keyCreatedAt RFC 3339
 * @returns undefined for an error that is none of Azure's
 */
export function problemOfAzureError(
  error: unknown,
  keyCreatedAt: string | undefined,
): Problem | undefined {
  const ageMs = Date.now() - Date.parse(keyCreatedAt ?? '');
  if (ageMs < propagationMs && mayBeNew.some((kind) => error instanceof kind))
    return keyNotReady(30);
  if (refusals.some((kind) => error instanceof kind)) return keyRevokedByTenant();
  return error instanceof AzureUnavailable ? keyStoreUnavailable('azure-key-vault') : undefined;
}
