/** The tenants of the registry, each with its key as it is now in KMS. */
import { type KmsAccount, keyArn } from '../kms/account.ts';
import { keyState } from '../kms/key.ts';
import { liveKey } from '../kms/live-keys.ts';
import type { StoredKey } from '../kms/stored-key.ts';
import type { Row, TableReader } from './tables.ts';

export interface ShownTenant {
  readonly tenantId: string;
  readonly displayName: string | undefined;
  readonly status: string | undefined;
  readonly keyArn: string | undefined;
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

/** A tenant whose key exists. */
export interface RegisteredKey {
  readonly tenantId: string;
  readonly key: StoredKey;
}

export async function shownTenants(
  account: KmsAccount,
  tables: TableReader,
): Promise<ShownTenant[]> {
  return (await tables.tenants()).map((row) => {
    const key = keyOf(account, row);
    return {
      tenantId: String(row.tenantId),
      displayName: text(row.displayName),
      status: text(row.status),
      keyArn: text(row.keyArn),
      key: key && shownKey(account, key),
    };
  });
}

/** @returns the tenants whose keys exist, in whatever state, by tenant id */
export async function registeredKeys(
  account: KmsAccount,
  tables: TableReader,
): Promise<RegisteredKey[]> {
  return (await tables.tenants()).flatMap((row) => {
    const key = keyOf(account, row);
    return key === undefined ? [] : [{ tenantId: String(row.tenantId), key }];
  });
}

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
