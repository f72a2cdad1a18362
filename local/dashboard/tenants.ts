/** The tenants of the registry, each with its key as it is now in KMS. */
import { type KmsAccount, keyArn } from '../kms/account.ts';
import { keyState } from '../kms/key.ts';
import { liveKey } from '../kms/live-keys.ts';
import type { StoredKey } from '../kms/stored-key.ts';
import type { Row, TableReader } from './tables.ts';

/** How a call would end now in which a tenant's own session encrypts. */
export interface KeyUse {
  readonly outcome: 'succeeds' | 'disabled' | 'pending deletion' | 'gone' | 'none yet' | 'refused';
  /** of KMS; absent where it does what is asked, or the tenant has no key to ask about */
  readonly error: string | undefined;
}

export interface ShownTenant {
  readonly tenantId: string;
  readonly displayName: string | undefined;
  readonly status: string | undefined;
  readonly keyArn: string | undefined;
  readonly use: KeyUse;
  /** absent where the row names no key, or KMS does not have it */
  readonly key: ShownKey | undefined;
}

/** Times are RFC 3339, by KMS's clock. */
export interface ShownKey {
  readonly keyId: string;
  readonly state: string;
  readonly createdAt: string;
  readonly deletionDate: string | undefined;
  /** absent while automatic rotation is off */
  readonly rotation: { readonly periodInDays: number; readonly nextDate: string } | undefined;
  /** oldest first, without the first key material */
  readonly rotations: readonly { readonly date: string; readonly type: string }[];
  readonly lastUse: { readonly operation: string; readonly date: string } | undefined;
}

/** A row of the registry, with its key as KMS has it now. A row may have been written by hand. */
export interface RegisteredTenant {
  readonly tenantId: string;
  readonly displayName: string | undefined;
  readonly status: string | undefined;
  readonly keyArn: string | undefined;
  /** absent where the row names no key, or KMS does not have it */
  readonly key: StoredKey | undefined;
}

/** That has a key, or had one. */
export type KeyedTenant = RegisteredTenant & { readonly keyArn: string };

export const isKeyed = (tenant: RegisteredTenant): tenant is KeyedTenant =>
  tenant.keyArn !== undefined;

/** @returns every tenant of the registry, by tenant id */
export async function registeredTenants(
  account: KmsAccount,
  tables: TableReader,
): Promise<RegisteredTenant[]> {
  return (await tables.tenants()).map((row) => ({
    tenantId: String(row.tenantId),
    displayName: text(row.displayName),
    status: text(row.status),
    keyArn: text(row.keyArn),
    key: keyOf(account, row),
  }));
}

export const shownTenant = (
  account: KmsAccount,
  { key, ...tenant }: RegisteredTenant,
  use: KeyUse,
): ShownTenant => ({ ...tenant, use, key: key && shownKey(account, key) });

function keyOf(account: KmsAccount, row: Row): StoredKey | undefined {
  const arn = text(row.keyArn) ?? '';
  const keyId = arn.slice(arn.lastIndexOf('/') + 1);
  return arn === keyArn(account, keyId) ? liveKey(account, keyId) : undefined;
}

function shownKey(account: KmsAccount, key: StoredKey): ShownKey {
  const { keyId, createdAt, deletion, rotation, materials } = key;
  const use = account.store.uses.get(keyId);
  // As in GetKeyRotationStatus, rotation is off while the key is pending deletion.
  const rotates = deletion === undefined ? rotation : undefined;
  return {
    keyId,
    state: keyState(key),
    createdAt: date(createdAt),
    deletionDate: deletion && date(deletion.at),
    rotation: rotates && {
      periodInDays: rotates.periodInDays,
      nextDate: date(rotates.nextRotationAt),
    },
    rotations: materials
      .slice(1)
      .map((material) => ({ date: date(material.createdAt), type: material.origin })),
    lastUse: use && { operation: use.operation, date: date(use.at) },
  };
}

const date = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** A row may have been written by hand: other types are left out. */
const text = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;
