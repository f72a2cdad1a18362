/**
 * Certificates of erasure. Invariant: it is made of the tenant's row, which does not change any more, of the stack's
 * configuration and of the time at which it is issued; so but for that time it is the same whenever it is asked for.
 */
import { type Certificate, certificateType } from '../../contract/certificates.ts';
import { tenantNotErased } from '../../contract/problem.ts';
import { statusRules } from '../tenants/registry/status.ts';
import type { TenantRow } from '../tenants/registry/tenant-row.ts';
import { printable } from './canonical-json.ts';
import { notCoveredBy } from './not-covered.ts';
import { type Trail, trailDigestsOf } from './trail-digests.ts';

/** By whom and when a certificate is issued. */
export interface Issue {
  readonly issuedFor: Certificate['issuedFor'];
  readonly signingKeys: Certificate['signingKeys'];
  /** the stack's own, if it has one */
  readonly trail: Trail | undefined;
  readonly auditRetentionDays: number;
  /** epoch milliseconds */
  readonly now: number;
}

/** @throws Problem 409 tenant-not-erased */
export function certificateOf(row: TenantRow, issue: Issue): Certificate {
  const { offboarding, keyArn, erasedAt } = row;
  if (statusRules[row.status].keyDeletion !== 'done') throw tenantNotErased(whyNot(row));
  if (offboarding === undefined || keyArn === undefined || erasedAt === undefined) {
    throw new Error('an erasure of which the row does not tell');
  }
  const offboardedAt = offboarding.requestedAt;
  const { issuedFor, signingKeys, trail } = issue;
  return printable({
    type: certificateType,
    tenantId: row.tenantId,
    displayName: row.displayName,
    legalName: row.legalName,
    keyArn,
    keyMaterialIds: offboarding.keyMaterialIds,
    createdAt: row.createdAt,
    offboardedBy: offboarding.requestedBy,
    offboardedAt,
    windowInDays: offboarding.windowInDays,
    deletionDate: offboarding.deletionDate,
    erasedAt,
    keyLastUsed: offboarding.keyLastUsed,
    kmsRequestId: offboarding.kmsRequestId,
    issuedAt: new Date(issue.now).toISOString(),
    issuedFor,
    trail: trail && trailDigestsOf(trail, issuedFor, { offboardedAt, erasedAt }),
    notCovered: notCoveredBy(erasedAt, issue),
    signingKeys,
  });
}

function whyNot({ status, offboarding }: TenantRow): string {
  const date = offboarding?.deletionDate;
  const planned = date === undefined ? '' : ` KMS deletes its key on ${date}.`;
  return `The tenant is ${status}.${planned}`;
}
