/** What administers a tenant's key: chosen by the row, in this place alone. */
import type { KeyAdministration } from '../../key-stores/key-administration.ts';
import type { TenantRow } from '../registry/tenant-row.ts';
import type { KmsClients } from './create-key.ts';
import type { TenantWork } from './key-state.ts';
import { type KmsWork, kmsAdministration } from './kms-administration.ts';

export type RotationWork = TenantWork & KmsClients;

/** @throws Error for a tenant that has no key yet */
export const administrationOf = async (work: KmsWork, row: TenantRow): Promise<KeyAdministration> =>
  kmsAdministration(work, row);
