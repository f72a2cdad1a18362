/** Errors of Vault as Problems. None of them is the caller's fault, and none says what the store said. */
import { keyStoreUnavailable, type Problem } from '../../../contract/problem.ts';
import {
  VaultAccessDenied,
  VaultBindsNoContext,
  VaultKeyNotFound,
  VaultKeyVersionDisallowed,
  VaultLoginRefused,
  VaultUnavailable,
} from './vault-errors.ts';

const kinds = [
  VaultAccessDenied,
  VaultBindsNoContext,
  VaultKeyNotFound,
  VaultKeyVersionDisallowed,
  VaultLoginRefused,
  VaultUnavailable,
];

/** @returns undefined for an error that is none of Vault's */
export const problemOfVaultError = (error: unknown): Problem | undefined =>
  kinds.some((kind) => error instanceof kind) ? keyStoreUnavailable('vault') : undefined;

/** As it is where a tenant is not ACTIVE any more: its row, read anew, may have another answer. */
export const refusesTenant = (error: unknown): boolean =>
  [VaultAccessDenied, VaultKeyNotFound, VaultLoginRefused].some((kind) => error instanceof kind);
