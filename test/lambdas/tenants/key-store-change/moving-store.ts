/** Another key store, to which and from which tenants move, as the crash matrix of a change needs it. */
import type { OtherKeyStoreName } from '../../../../contract/key-stores.ts';
import { pairedKeys } from '../../../../lambdas/crypto/stored-key.ts';
import { kmsKeyring } from '../../../../lambdas/key-stores/aws-kms/kms-keyring.ts';
import type { Keyring } from '../../../../lambdas/key-stores/keyring.ts';
import { keyStoreOf, type TenantRow } from '../../../../lambdas/tenants/registry/tenant-row.ts';
import type { Aws } from '../aws.ts';
import type { StoredTenants } from '../stored-tenants.ts';

/** What is of one key in a row; of a previous one too. */
export type KeyOfTenant = Pick<TenantRow, 'tenantId'> &
  Partial<Pick<TenantRow, 'keyStore' | 'keyArn' | 'keyName' | 'keyClientId' | 'keyCreatedAt'>>;

export interface MovingStore {
  readonly keyStore: OtherKeyStoreName;
  readonly aws: Aws;
  readonly tenants: StoredTenants;
  /** the request by which a key is made there; absent where the tenant makes it */
  readonly making?: RegExp;
  /** whether no key there is opened and closed by the product: then the session broker alone refuses a tenant */
  readonly isTenants?: boolean;
  /** @returns what tells a key from others of the same store */
  called?(key: KeyOfTenant): string;
  /** @returns the keyring of the tenant's own session there */
  keyringOf(key: KeyOfTenant): Keyring;
  /** @returns what is there of the tenant: key, identity, rights; nothing where there was never one */
  leftOf(tenantId: string): Promise<string[]>;
  /** As time would, until the key that is being deleted may go. */
  windowPasses(tenantId: string): Promise<void>;
}

/** The data plane's choice of keyrings by the row, with the sessions of an administrator and of the tenant. */
export function keyringOf({ aws, keyringOf }: MovingStore, row: TenantRow): Promise<Keyring> {
  const storedKeyOf = pairedKeys(async (key) =>
    keyStoreOf(key) === 'aws-kms'
      ? { keyring: kmsKeyring(aws.clients().kms, key.keyArn as string) }
      : { keyring: keyringOf(key as KeyOfTenant) },
  );
  const { previousKey, tenantId } = row;
  const named = previousKey && { ...previousKey, tenantId };
  return storedKeyOf({ ...row, previousKey: named }).then(({ keyring }) => keyring);
}
