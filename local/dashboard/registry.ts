/** The tenants as every part of the page sees them. Whoever asks while the tables are being read shares that reading. */
import type { KmsAccount } from '../kms/account.ts';
import type { UseOf } from './key-use.ts';
import type { UsedTenant } from './selection.ts';
import type { Session } from './sessions.ts';
import type { TableReader } from './tables.ts';
import { registeredTenants } from './tenants.ts';

export type Registry = () => Promise<readonly UsedTenant[]>;

/** @param sessionOf the session of a tenant, as the session broker opens it */
export function registryOf(
  account: KmsAccount,
  tables: TableReader,
  use: UseOf,
  sessionOf: (tenantId: string) => Session | undefined,
): Registry {
  const read = async () =>
    (await registeredTenants(account, tables)).map((tenant) => ({
      ...tenant,
      use: use(sessionOf(tenant.tenantId), tenant),
    }));
  let reading: Promise<readonly UsedTenant[]> | undefined;
  return () => {
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return reading;
  };
}
