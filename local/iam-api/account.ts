/** An account, as IAM's API sees it. */
import type { Call } from '../aws/operation.ts';
import type { Clock } from '../clock.ts';
import type { Role } from '../sts/role.ts';
import type { RoleStore } from './role-store.ts';

export interface IamAccount {
  readonly partition: string;
  readonly accountId: string;
  /** by ARN */
  readonly roles: ReadonlyMap<string, Role>;
  /** where its roles can be changed; absent: they are a template's */
  readonly store?: RoleStore;
  readonly clock: Clock;
}

/** IAM has no policies on its resources, so nobody reaches those of another account. @returns the caller's account */
export function accountOf(accounts: readonly IamAccount[], { caller }: Call): IamAccount {
  const found = accounts.find(({ accountId }) => accountId === caller.accountId);
  if (found === undefined) throw new Error(`no IAM of account ${caller.accountId}`);
  return found;
}
