/**
 * From the tenant that a token names, in whatever spelling its issuer has, to a tenant id. Invariant: two different
 * texts never give the same id. A text that is a tenant id is that id, unless it begins as those do which were made of
 * another text; so no token of one tenant can be spelled to be another's.
 */
import { tenantId } from './tenant-id.ts';

/** Of the ids that stand for a text which is no tenant id: then follows its UTF-8 in base32. */
const prefix = 'b32-';
const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/**
 * Texts are not normalized: `é` as one character and as two are two tenants.
 * @param claimed a text, a whole number, which counts as its decimal digits, or a list of exactly one of these
 * @returns undefined for everything else, and for a text of more than 36 bytes that is no tenant id
 */
export function tenantIdOf(claimed: unknown): string | undefined {
  const only: unknown = Array.isArray(claimed) && claimed.length === 1 ? claimed[0] : claimed;
  const text = Number.isSafeInteger(only) ? String(only) : only;
  if (typeof text !== 'string' || text === '' || !text.isWellFormed()) return undefined;
  const id = isOwnId(text) ? text : `${prefix}${base32(Buffer.from(text, 'utf8'))}`;
  return tenantId.safeParse(id).data;
}

const isOwnId = (text: string): boolean =>
  !text.startsWith(prefix) && tenantId.safeParse(text).success;

/** RFC 4648 section 6, in lower case and without padding. */
function base32(bytes: Uint8Array): string {
  let encoded = '';
  let bits = 0;
  let count = 0;
  for (const byte of bytes) {
    bits = ((bits << 8) | byte) & 0xfff;
    count += 8;
    for (; count >= 5; count -= 5) encoded += alphabet[(bits >> (count - 5)) & 31];
  }
  return count === 0 ? encoded : encoded + alphabet[(bits << (5 - count)) & 31];
}
