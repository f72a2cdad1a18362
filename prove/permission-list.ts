/** The list of what each role of the stack may do, which is in the repository so that a change of it is seen. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { laidOut } from './json-layout.ts';

/** Of the repository's folder. */
export const permissionFile = 'prove/permissions.json';
const file = join(import.meta.dirname, '..', permissionFile);

/** As in a policy: operators, keys, values. */
const conditions = z.record(z.string(), z.record(z.string(), z.unknown()));
const texts = z.array(z.string()).min(1);

/** Where a part is missing, it is about every action, every resource, every request. */
const part = z.strictObject({
  actions: texts.optional(),
  resource: z.string().optional(),
  when: conditions.optional(),
});
const whole = part.required({ actions: true, resource: true });

const ofRole = z.strictObject({
  /** by the role's own policies alone; `unless`: what its Denies take away */
  allowed: z.array(whole.extend({ unless: z.array(part).min(1).optional() })),
  /** whatever the policy of a resource allows: a key's policy that names the role needs no Allow of the role's */
  denied: z.array(whole).optional(),
});

export type Part = z.infer<typeof part>;
export type RolePermissions = z.infer<typeof ofRole>;
export type Permission = RolePermissions['allowed'][number];

/** By the role's title. Resources are ARNs in which names may stand (`resource-names.ts`). */
export type PermissionList = Readonly<Record<string, RolePermissions>>;

/** @throws Error where the file is no such list */
export function readPermissions(text = readFileSync(file, 'utf8')): PermissionList {
  const { data, error } = z.record(z.string(), ofRole).safeParse(JSON.parse(text));
  if (data !== undefined) return data;
  throw new Error(`${permissionFile} is no list of permissions: ${z.prettifyError(error)}`);
}

/** All of it or nothing. */
export function writePermissions(list: PermissionList): void {
  writeFileSync(`${file}.new`, laidOut(list));
  renameSync(`${file}.new`, file);
}
