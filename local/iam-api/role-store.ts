/**
 * The roles that IAM's API made in an account: in memory and, where a file is given, in that file too. Invariant: a role
 * counts only once its policies are understood and it is in the file.
 */
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { replaceFile } from '../atomic-file.ts';
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
  const add = (role: StoredRole) => {
    stored.set(idOf(role.name), role);
    roles.set(roleArn(account, role), roleOf(account, role));
  };
  for (const role of file !== undefined && existsSync(file) ? readRoles(file, account) : [])
    add(role);
  const write = (kept: readonly StoredRole[]) => {
    if (file !== undefined) replaceFile(file, `${JSON.stringify({ version: 1, roles: kept })}\n`);
  };
  const others = (role: StoredRole) =>
    [...stored.values()].filter(({ name }) => idOf(name) !== idOf(role.name));
  return {
    roles,
    find: (name) => stored.get(idOf(name)),
    put(role) {
      roleOf(account, role);
      write([...others(role), role]);
      add(role);
    },
    delete(role) {
      write(others(role));
      stored.delete(idOf(role.name));
      roles.delete(roleArn(account, role));
    },
  };
}

const idOf = (name: string): string => name.toLowerCase();

const storedRoles = z.strictObject({ version: z.literal(1), roles: z.array(storedRole) });

function readRoles(file: string, account: RoleAccount): readonly StoredRole[] {
  try {
    const { roles } = storedRoles.parse(JSON.parse(readFileSync(file, 'utf8')));
    for (const role of roles) roleOf(account, role);
    if (new Set(roles.map(({ name }) => idOf(name))).size < roles.length)
      throw new Error('a name occurs twice');
    return roles;
  } catch (error) {
    throw new Error(
      `${file} has no roles that this version can read: ${(error as Error).message}. Restore it from a copy; or move it ` +
        'away to start without them.',
    );
  }
}
