/**
 * What is signed of a certificate. Invariant: a certificate holds only printable ASCII, whole numbers, lists and
 * objects, of which every writer of JSON makes the bytes of RFC 8785 (JSON Canonicalization Scheme), so `jq -jcS
 * .certificate` makes them too.
 */
import { createHash } from 'node:crypto';
import { type Certificate, certificateType } from '../../contract/certificates.ts';

/** @returns the value without undefined members; other characters than printable ASCII are escaped as in a URI */
export function printable<T>(value: T): T {
  if (typeof value === 'string') return escaped(value) as T;
  if (Array.isArray(value)) return value.map(printable) as T;
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, printable(member)])) as T;
}

/** Escapes `%` as well, so that two texts never become the same. */
const escaped = (text: string) =>
  text.toWellFormed().replace(/[^\x20-\x24\x26-\x7e]/gu, encodeURIComponent);

/**
 * The statement that is signed: the kind of certificate, so that no signature counts for anything else, and the hash of
 * the certificate. KMS signs 4,096 bytes at most, as a message, and ML-DSA takes no digest of the certificate's own
 * (KMS Developer Guide, "ML-DSA key specs"); this has 164 bytes, whatever the certificate says.
 */
export const statementOf = (certificate: Certificate): Buffer =>
  Buffer.from(
    `${certificateType}\n${createHash('sha512').update(canonicalBytes(certificate)).digest('hex')}\n`,
  );

/** @returns the bytes of RFC 8785 */
export const canonicalBytes = (value: Certificate): Buffer => Buffer.from(canonical(value));

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  // RFC 8785 section 3.2.3: sorted by UTF-16 code units, as < compares.
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`;
}
