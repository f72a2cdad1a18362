/**
 * Certificates of erasure. Invariant: it is made of the tenant's row, which does not change any more, of the stack's
 * configuration and of the time at which it is issued; so but for that time it is the same whenever it is asked for.
 */
import {
  type Certificate,
  certificateType,
  type FormerKeyStatement,
} from '../../contract/certificates.ts';
import { defaultKeyStore, type KeyStoreName } from '../../contract/key-stores.ts';
import { tenantNotErased } from '../../contract/problem.ts';
import { statusRules } from '../tenants/registry/status.ts';
import {
  type FormerKey,
  hasKey,
  keyMembersOfRow,
  keyStoreOf,
  type TenantRow,
} from '../tenants/registry/tenant-row.ts';
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
  const { offboarding, erasedAt } = row;
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
    ...keyMembersOfRow(row),
    keyMaterialIds: offboarding.keyMaterialIds,
    formerKeys: row.formerKeys?.map(formerKeyOf),
    createdAt: row.createdAt,
    offboardedBy: offboarding.requestedBy,
    offboardedAt,
    windowInDays: offboarding.windowInDays,
    ...endOf(row, offboarding.deletionDate),
    erasedAt,
    keyLastUsed: offboarding.keyLastUsed,
    kmsRequestId: offboarding.kmsRequestId,
    issuedAt: new Date(issue.now).toISOString(),
    issuedFor,
    trail:
      trail && trailDigestsOf(trail, issuedFor, { from: firstEnd(row, offboardedAt), erasedAt }),
    notCovered: notCoveredBy(storesOf(row), erasedAt, issue),
    signingKeys,
  });
}

const formerKeyOf = ({
  offboarding: { requestedBy, requestedAt, deletionDate, ...offboarding },
  erasedAt,
  ...key
}: FormerKey): FormerKeyStatement => ({
  keyStore: key.keyStore,
  ...keyMembersOfRow(key),
  ...offboarding,
  ...endOf(key, deletionDate),
  endedBy: requestedBy,
  endedAt: requestedAt,
  erasedAt,
});

/** Of a key in the tenant's own account nothing was deleted: what ended is our use of it. */
const endOf = (key: Pick<TenantRow, 'keyStore'>, deletionDate: string | undefined) =>
  keyStoreOf(key) === 'aws-kms-external' ? { keyDestroyed: false as const } : { deletionDate };

/** Of all keys that the tenant ever had, the last one's first. */
const storesOf = (row: TenantRow): readonly KeyStoreName[] => [
  ...new Set([keyStoreOf(row), ...(row.formerKeys ?? []).map((key) => key.keyStore)]),
];

/** CloudTrail has the end of each key in KMS. */
const firstEnd = ({ formerKeys = [] }: TenantRow, offboardedAt: string): string =>
  [offboardedAt, ...formerKeys.map((key) => key.offboarding.requestedAt)].sort()[0] ?? offboardedAt;

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
