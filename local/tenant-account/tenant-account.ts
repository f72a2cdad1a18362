/**
 * A second AWS account, which plays a tenant's own: KMS keys, and roles that IAM's API makes, under an administrator of
 * its own. Invariant: nothing of it knows the product's account, so only its own policies let that account in.
 */
import type { Service } from '../aws/operation.ts';
import type { Clock } from '../clock.ts';
import type { Caller } from '../iam/caller.ts';
import type { IamAccount } from '../iam-api/account.ts';
import { openRoleStore, type RoleStore } from '../iam-api/role-store.ts';
import type { KmsAccount } from '../kms/account.ts';
import { openKeyStore } from '../kms/store.ts';
import { operatorOf } from '../operator.ts';
import type { Account } from '../template/resource-types.ts';
import { openStackStore } from './stack-store.ts';
import { tenantStacks } from './stacks.ts';

export interface TenantAccount {
  readonly accountId: string;
  /** with Allow * on * */
  readonly operator: Caller;
  readonly keys: KmsAccount;
  readonly iam: IamAccount & { readonly store: RoleStore };
  readonly cloudformation: Service;
}

export interface TenantAccountOptions {
  /** the product's */
  readonly account: Account;
  readonly clock: Clock;
  /** of KMS */
  readonly kms: Pick<KmsAccount, 'clock' | 'onDemandRotationMs'>;
  /** files that keep keys, roles and stacks; absent: they are in memory */
  readonly files?:
    | Readonly<Record<'tenantKeys' | 'tenantRoles' | 'tenantStacks', string>>
    | undefined;
}

export function openTenantAccount(options: TenantAccountOptions): TenantAccount {
  const { files, clock } = options;
  const { partition, region } = options.account;
  const accountId = otherThan(options.account.accountId);
  const account = { partition, region, accountId };
  const roles = openRoleStore(account, files?.tenantRoles);
  const keys = { ...account, ...options.kms, store: openKeyStore(files?.tenantKeys) };
  const store = openStackStore(account, files?.tenantStacks);
  return {
    accountId,
    operator: operatorOf(partition, accountId),
    keys,
    iam: { partition, accountId, roles: roles.roles, store: roles, clock },
    cloudformation: tenantStacks({ account, resources: { keys, roles }, store, clock }),
  };
}

const otherThan = (accountId: string): string =>
  accountId === '222222222222' ? '333333333333' : '222222222222';
