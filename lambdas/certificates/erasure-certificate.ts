/**
 * Certificates of erasure. Invariant: the signature is over the certificate's bytes by RFC 8785 (JSON Canonicalization
 * Scheme). A certificate holds only printable ASCII, whole numbers, lists and objects, of which every writer of JSON
 * makes the same bytes, so `jq -jcS .certificate` gives what was signed. It is made of the tenant's row alone, so it is
 * the same whenever it is asked for.
 */
import { type Certificate, signingAlgorithm } from '../../contract/certificates.ts';
import { tenantNotErased } from '../../contract/problem.ts';
import { statusRules } from '../tenants/registry/status.ts';
import type { TenantRow } from '../tenants/registry/tenant-row.ts';

/** @throws Problem 409 tenant-not-erased */
export function certificateOf(row: TenantRow, signingKeyArn: string): Certificate {
  const { offboarding, keyArn, erasedAt } = row;
  if (statusRules[row.status].keyDeletion !== 'done') throw tenantNotErased(whyNot(row));
  if (offboarding === undefined || keyArn === undefined || erasedAt === undefined) {
    throw new Error('an erasure of which the row does not tell');
  }
  return printable({
    type: 'tenant-keys/erasure-certificate/v1',
    tenantId: row.tenantId,
    keyArn,
    keyMaterialIds: offboarding.keyMaterialIds,
    createdAt: row.createdAt,
    offboardedBy: offboarding.requestedBy,
    offboardedAt: offboarding.requestedAt,
    windowInDays: offboarding.windowInDays,
    deletionDate: offboarding.deletionDate,
    erasedAt,
    keyLastUsed: offboarding.keyLastUsed,
    kmsRequestId: offboarding.kmsRequestId,
    signingAlgorithm,
    signingKeyArn,
  });
}

function whyNot({ status, offboarding }: TenantRow): string {
  const date = offboarding?.deletionDate;
  const planned = date === undefined ? '' : ` KMS deletes its key on ${date}.`;
  return `The tenant is ${status}.${planned}`;
}

/** @returns the value without undefined members; other characters than printable ASCII are escaped as in a URI */
function printable<T>(value: T): T {
  if (typeof value === 'string') return escaped(value) as T;
  if (Array.isArray(value)) return value.map(printable) as T;
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, printable(member)])) as T;
}

/** Escapes `%` as well, so that two texts never become the same. */
const escaped = (text: string) =>
  text.toWellFormed().replace(/[^\x20-\x24\x26-\x7e]/gu, encodeURIComponent);

/** @returns the bytes of RFC 8785 */
export const signedBytes = (value: Certificate): Buffer => Buffer.from(canonical(value));

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  // RFC 8785 section 3.2.3: sorted by UTF-16 code units, as < compares.
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`;
}
