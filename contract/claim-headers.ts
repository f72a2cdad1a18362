/**
 * Headers in which a caller says on whose behalf a request is, and what it is for: the end user behind a backend's
 * token, a ticket. They are claims that nobody checks, so nothing may depend on them. The audit keeps them.
 */
import * as z from 'zod/mini';

/** header -> member of the event */
export const claimHeaders = {
  'Tenant-Keys-Actor': 'actor',
  'Tenant-Keys-Label': 'label',
} as const;
export type ClaimName = (typeof claimHeaders)[keyof typeof claimHeaders];

const claimText = 'must be 1-256 visible ASCII characters, with spaces between them only';

/** There is no agreement on what other bytes in a header mean (RFC 9110 section 5.5). */
export const claim = z.string().check(z.regex(/^[!-~](?:[ -~]{0,254}[!-~])?$/, claimText));
