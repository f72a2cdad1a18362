/** What a tenant needs to make a key in an account of its own that only this tenant's sessions can use. */
import {
  type ExternalAccount,
  type ExternalAccountQuery,
  type ExternalAccountSetup,
  externalAccountTemplate,
  externalId,
  externalKeyPolicy,
  externalRoleArn,
  keyArnParts,
  rolePolicy,
  trustPolicy,
} from '../../../contract/external-account.ts';
import { badRequest } from '../../../contract/problem.ts';

export interface SetupOptions extends Omit<ExternalAccount, 'tenantId' | 'accountId'> {
  readonly region: string;
  /** ids of those in which tenants may have keys */
  readonly accounts: readonly string[];
}

/** @throws Problem 400 for an account that is not configured, or none where there are several */
export function externalSetup(
  { region, accounts, ...stack }: SetupOptions,
  tenantId: string,
  { accountId: named, keyArn }: ExternalAccountQuery,
): ExternalAccountSetup {
  const ofKey = keyArn === undefined ? undefined : keyArnParts(keyArn)?.accountId;
  if (named !== undefined && ofKey !== undefined && named !== ofKey)
    throw badRequest('accountId: is another account than that of keyArn; one of them is enough');
  const accountId = named ?? ofKey ?? only(accounts);
  if (accountId === undefined)
    throw badRequest('accountId: is missing, and GET /key-stores lists several accounts');
  if (!accounts.includes(accountId))
    throw badRequest('accountId: must be one of the accounts that GET /key-stores lists');
  const account: ExternalAccount = { ...stack, tenantId, accountId };
  return {
    tenantId,
    accountId,
    region,
    externalId: externalId(account),
    roleArn: externalRoleArn(account, accountId),
    keyPolicy: externalKeyPolicy(account),
    trustPolicy: trustPolicy(account),
    ...(keyArn !== undefined && { rolePolicy: rolePolicy(account, keyArn) }),
    template: externalAccountTemplate(account),
  };
}

const only = (accounts: readonly string[]): string | undefined =>
  accounts.length === 1 ? accounts[0] : undefined;
