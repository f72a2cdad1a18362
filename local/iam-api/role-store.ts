/**
 * The roles that IAM's API made in an account: in memory and, where a file is given, in that file too. Invariant: a role
 * counts only once its policies are understood and it is in the file.
 */
import { z } from 'zod';
import { keptList } from '../kept-list.ts';
import type { Role } from '../sts/role.ts';
import { type RoleAccount, roleArn, roleOf, type StoredRole, storedRole } from './stored-role.ts';

export interface RoleStore {
  /** by ARN, as they are now */
  readonly roles: ReadonlyMap<string, Role>;
  /** Two names that differ only in case are one to IAM, whatever their paths. */
  find(name: string): StoredRole | undefined;
  /** @throws MalformedPolicyError, UnsupportedPolicyError, and then nothing has changed */
  put(role: StoredRole): void;
  delete(role: StoredRole): void;
}

/** @throws Error, for a person, where the file is there but is not a whole store of roles */
export function openRoleStore(account: RoleAccount, file?: string): RoleStore {
  const stored = new Map<string, StoredRole>();
  const roles = new Map<string, Role>();
  const kept = keptList('roles', storedRoles, file);
  const add = (one: StoredRole, role: Role) => {
    stored.set(idOf(one.name), one);
    roles.set(role.arn, role);
  };
  for (const [one, role] of kept.read((one) => [one, roleOf(account, one)] as const))
    add(one, role);
  const others = (role: StoredRole) =>
    [...stored.values()].filter(({ name }) => idOf(name) !== idOf(role.name));
  return {
    roles,
    find: (name) => stored.get(idOf(name)),
    put(one) {
      const role = roleOf(account, one);
      kept.write([...others(one), one]);
      add(one, role);
    },
    delete(role) {
      kept.write(others(role));
      stored.delete(idOf(role.name));
      roles.delete(roleArn(account, role));
    },
  };
}

const idOf = (name: string): string => name.toLowerCase();

const storedRoles = z
  .array(storedRole)
  .refine((all) => new Set(all.map(({ name }) => idOf(name))).size === all.length, {
    error: 'a name occurs twice',
  });
