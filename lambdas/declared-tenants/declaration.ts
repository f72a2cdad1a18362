/**
 * The row of a declared tenant. Invariant: a tenant that was onboarded at run time is never overwritten,
 * and no declaration changes a status: what was suspended or offboarded stays so.
 */

import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod/mini';
import { tenantId } from '../../contract/tenant-id.ts';
import { onboardRequest, rotationRequest } from '../../contract/tenants.ts';
import { pause } from '../aws/retry.ts';
import { isLeased } from '../tenants/registry/lease.ts';
import type { Registry } from '../tenants/registry/registry.ts';
import { statusRules } from '../tenants/registry/status.ts';
import {
  keyArn,
  type OnboardedWith,
  onboardedWithOf,
  type TenantRow,
} from '../tenants/registry/tenant-row.ts';

/** Says to whoever deploys why a tenant cannot be declared. */
export class DeclarationError extends Error {
  override readonly name = 'DeclarationError';
}

/** CloudFormation gives every value as text. */
const properties = z.strictObject({
  ServiceToken: z.string(),
  ServiceTimeout: z.optional(z.string()),
  TenantId: tenantId,
  DisplayName: onboardRequest.shape.displayName,
  LegalName: onboardRequest.shape.legalName,
  RotationPeriodInDays: z.pipe(
    z.string().check(z.regex(/^\d+$/, 'must be a whole number')),
    z.pipe(z.transform(Number), rotationRequest.shape.rotationPeriodInDays),
  ),
  KeyArn: keyArn,
});

export interface Declaration {
  readonly tenantId: string;
  readonly displayName: string | undefined;
  readonly legalName: string | undefined;
  readonly rotationPeriodInDays: number;
  readonly keyArn: string;
}

/** @throws DeclarationError naming each property that is wrong */
export function declaration(given: unknown): Declaration {
  const { data, error } = properties.safeParse(given);
  if (data !== undefined) {
    return {
      tenantId: data.TenantId,
      displayName: data.DisplayName,
      legalName: data.LegalName,
      rotationPeriodInDays: data.RotationPeriodInDays,
      keyArn: data.KeyArn,
    };
  }
  const problems = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new DeclarationError(`not a declared tenant: ${problems.join('; ')}`);
}

/**
 * @param until epoch milliseconds after which nothing more is tried
 * @throws DeclarationError where the tenant has another key, or another invocation is at work on it for too long
 */
export async function declare(
  registry: Registry,
  declared: Declaration,
  until: number,
): Promise<void> {
  for (let attempt = 0; attempt === 0 || Date.now() < until; attempt += 1) {
    const row = await registry.get(declared.tenantId);
    if (row === undefined) {
      if (await registry.add(newRow(declared))) return;
    } else {
      requireSameKey(row, declared);
      if (isErased(row) || isAsDeclared(row, declared)) return;
      // A change in the middle of a transition would make the transition fail.
      if (!isLeased(row) && (await registry.change(row, changeTo(declared))) !== undefined) return;
    }
    await pause(attempt);
  }
  throw new DeclarationError(
    `tenant ${declared.tenantId} is being worked on by somebody else; deploy again`,
  );
}

function requireSameKey(row: TenantRow, { tenantId, keyArn }: Declaration): void {
  if (row.keyArn === keyArn) return;
  const key = row.keyArn === undefined ? 'and has no key yet' : `with key ${row.keyArn}`;
  throw new DeclarationError(
    `tenant ${tenantId} was onboarded at run time ${key}; take it out of \`tenants\``,
  );
}

const changeTo = (declared: Declaration) => ({
  displayName: null,
  legalName: null,
  ...chosenBy(declared),
  onboardedWith: chosenBy(declared),
  declared: true,
});

/** To the API the declaration is what the tenant was onboarded with. */
const chosenBy = ({
  displayName,
  legalName,
  rotationPeriodInDays,
}: Declaration): OnboardedWith => ({
  ...(displayName !== undefined && { displayName }),
  ...(legalName !== undefined && { legalName }),
  rotationPeriodInDays,
  rotationPeriodByDefault: false,
});

const isErased = ({ status }: TenantRow) => statusRules[status].keyDeletion === 'done';

const isAsDeclared = (row: TenantRow, declared: Declaration) =>
  row.declared === true &&
  row.displayName === declared.displayName &&
  row.legalName === declared.legalName &&
  row.rotationPeriodInDays === declared.rotationPeriodInDays &&
  isDeepStrictEqual(onboardedWithOf(row), chosenBy(declared));

function newRow(declared: Declaration): TenantRow {
  const now = new Date().toISOString();
  const { tenantId, keyArn } = declared;
  return {
    tenantId,
    status: 'ACTIVE',
    ...chosenBy(declared),
    onboardedWith: chosenBy(declared),
    keyArn,
    // Some seconds too late, which is safe: the key's tags may not count yet, as after onboarding.
    keyCreatedAt: now,
    declared: true,
    createdAt: now,
    updatedAt: now,
    version: 1,
    // The registry writes its own.
    writer: '',
  };
}
