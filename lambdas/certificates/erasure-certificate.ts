/**
 * Certificates of erasure. Invariant: what is signed are the bytes of RFC 8785 (JSON Canonicalization Scheme)
 * of the certificate, and a certificate holds nothing of which two writers of JSON could make different bytes:
 * printable ASCII, whole numbers, lists, objects. So `jq -jcS .certificate` gives what was signed.
 * It says nothing that the row does not: the same certificate, whenever it is asked for.
 */
import * as z from 'zod/mini';
import { tenantNotErased } from '../../contract/problem.ts';
import { tenantId } from '../../contract/tenant-id.ts';
import { keyUse, type TenantRow } from '../tenants/registry/tenant-row.ts';

export const signingAlgorithm = 'ECDSA_SHA_256';

export const certificate = z.strictObject({
  type: z.literal('tenant-keys/erasure-certificate/v1'),
  tenantId,
  keyArn: z.string(),
  /** of every key material that the key ever had */
  keyMaterialIds: z.array(z.string()),
  createdAt: z.string(),
  /** the principal of the token with which the tenant was offboarded */
  offboardedBy: z.string(),
  offboardedAt: z.string(),
  windowInDays: z.int(),
  deletionDate: z.optional(z.string()),
  /** when KMS was first found to have no such key */
  erasedAt: z.string(),
  keyLastUsed: z.optional(keyUse),
  /** of ScheduleKeyDeletion; CloudTrail has it as `requestID` */
  kmsRequestId: z.optional(z.string()),
  signingAlgorithm: z.literal(signingAlgorithm),
  signingKeyArn: z.string(),
});
export type Certificate = z.output<typeof certificate>;

/** The answer of the route; the signature is base64 of DER, over `signedBytes(certificate)`. */
export const signedCertificate = z.strictObject({ certificate, signature: z.string() });
export type SignedCertificate = z.output<typeof signedCertificate>;

export const certificateKey = z.strictObject({
  keyArn: z.string(),
  signingAlgorithm: z.literal(signingAlgorithm),
  /** PEM of a SubjectPublicKeyInfo */
  publicKey: z.string(),
});
export type CertificateKey = z.output<typeof certificateKey>;

/** @throws Problem 409 tenant-not-erased */
export function certificateOf(row: TenantRow, signingKeyArn: string): Certificate {
  const { offboarding, keyArn, erasedAt } = row;
  if (row.status !== 'ERASED') throw tenantNotErased(whyNot(row));
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

/** @returns the value without undefined members, its texts in printable ASCII, all else as in a URI */
function printable<T>(value: T): T {
  if (typeof value === 'string') return escaped(value) as T;
  if (Array.isArray(value)) return value.map(printable) as T;
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, printable(member)])) as T;
}

/** `%` as well, so that no two texts become the same. */
const escaped = (text: string) =>
  text.toWellFormed().replace(/[^\x20-\x24\x26-\x7e]/gu, encodeURIComponent);

/** @returns the bytes of RFC 8785 */
export const signedBytes = (value: Certificate): Buffer => Buffer.from(canonical(value));

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  // RFC 8785 section 3.2.3: by UTF-16 code units, which is how sort() compares.
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`;
}
