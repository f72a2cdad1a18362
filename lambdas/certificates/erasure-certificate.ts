/**
 * Certificates of erasure. Invariant: it is made of the tenant's row, which does not change any more, of the stack's
 * configuration and of the time at which it is issued; so but for that time it is the same whenever it is asked for.
 */
import { type Certificate, certificateType } from '../../contract/certificates.ts';
import { defaultKeyStore } from '../../contract/key-stores.ts';
import { tenantNotErased } from '../../contract/problem.ts';
import { statusRules } from '../tenants/registry/status.ts';
import { hasKey, keyStoreOf, type TenantRow } from '../tenants/registry/tenant-row.ts';
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
  const { offboarding, keyArn, keyName, erasedAt } = row;
  const isTenants = keyStoreOf(row) === 'aws-kms-external';
  const keyStore = keyStoreOf(row);
  if (statusRules[row.status].keyDeletion !== 'done') throw tenantNotErased(whyNot(row));
  if (offboarding === undefined || !hasKey(row) || erasedAt === undefined) {
    throw new Error('an erasure of which the row does not tell');
  }
  const offboardedAt = offboarding.requestedAt;
  const { issuedFor, signingKeys, trail } = issue;
  return printable({
    type: certificateType,
    tenantId: row.tenantId,
    displayName: row.displayName,
    legalName: row.legalName,
    // A certificate of a key in KMS of this account is as it always was: its ARN says where it was.
    ...(keyStore !== defaultKeyStore && { keyStore }),
    keyArn,
    keyName,
    keyMaterialIds: offboarding.keyMaterialIds,
    createdAt: row.createdAt,
    offboardedBy: offboarding.requestedBy,
    offboardedAt,
    windowInDays: offboarding.windowInDays,
    // Of the tenant's own key nothing was deleted: what ended is our use of it.
    ...(isTenants ? { keyDestroyed: false as const } : { deletionDate: offboarding.deletionDate }),
    erasedAt,
    keyLastUsed: offboarding.keyLastUsed,
    kmsRequestId: offboarding.kmsRequestId,
    issuedAt: new Date(issue.now).toISOString(),
    issuedFor,
    trail: trail && trailDigestsOf(trail, issuedFor, { offboardedAt, erasedAt }),
    notCovered: notCoveredBy(keyStore, erasedAt, issue),
    signingKeys,
  });
}

function whyNot(row: TenantRow): string {
  const { status, offboarding } = row;
  const date = offboarding?.deletionDate;
  const keyStore = keyStoreOf(row);
  const ends =
    keyStore === 'aws-kms-external'
      ? 'It can be restored until'
      : `${keyStore === defaultKeyStore ? 'KMS' : 'The reconciler'} deletes its key on`;
  const planned = date === undefined ? '' : ` ${ends} ${date}.`;
  return `The tenant is ${status}.${planned}`;
}
