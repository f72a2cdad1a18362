/** The API's problems (RFC 9457) as errors: go by the class, or by `code`. */
import { TenantKeysError } from '../errors.ts';
import type { Problem } from './api-types.ts';

/** There may be more of them one day: a newer API's code may be none of these. */
export type ProblemCode = Problem['code'];

export interface ProblemDetails {
  readonly status: number;
  readonly code: ProblemCode;
  readonly detail: string;
  readonly requestId?: string | undefined;
  readonly retryAfterMs?: number | undefined;
}

/** The API refused, and says why and what to do. */
export class ProblemError extends TenantKeysError {
  readonly status: number;
  readonly code: ProblemCode;
  /** a sentence for people, which may change */
  readonly detail: string;
  /** leads to the server's logs; of a batch's item it is the batch's */
  readonly requestId: string | undefined;
  /** what the answer said by Retry-After */
  readonly retryAfterMs: number | undefined;

  constructor({ status, code, detail, requestId, retryAfterMs }: ProblemDetails) {
    super(
      `${detail} (${status} ${code}${requestId === undefined ? '' : `, request ${requestId}`})`,
    );
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.requestId = requestId;
    this.retryAfterMs = retryAfterMs;
  }

  override get name(): string {
    return 'ProblemError';
  }
}

/** 401, 403: the token does not count, or is for something or somebody else. */
export class AccessError extends ProblemError {
  override get name(): string {
    return 'AccessError';
  }
}

/** Wrong tenant, wrong context, tampered, truncated, no ciphertext at all: one answer for all. */
export class DecryptionFailedError extends ProblemError {
  override get name(): string {
    return 'DecryptionFailedError';
  }
}

/** There is no such tenant, or it or its key is in a state that does not allow what was asked. */
export class TenantStateError extends ProblemError {
  override get name(): string {
    return 'TenantStateError';
  }
}

/** Too much, or something is out of reach or at work: later it may be served. It was sent again already. */
export class UnavailableError extends ProblemError {
  override get name(): string {
    return 'UnavailableError';
  }
}

const classes: Partial<Record<ProblemCode, typeof ProblemError>> = {
  unauthorized: AccessError,
  forbidden: AccessError,
  'decryption-failed': DecryptionFailedError,
  'tenant-not-found': TenantStateError,
  'tenant-provisioning': TenantStateError,
  'tenant-suspended': TenantStateError,
  'tenant-offboarding': TenantStateError,
  'tenant-erased': TenantStateError,
  'tenant-not-erased': TenantStateError,
  'tenant-declared': TenantStateError,
  'key-store-changing': TenantStateError,
  'no-previous-key': TenantStateError,
  'mac-keys-left': TenantStateError,
  'key-unusable': TenantStateError,
  'key-missing': TenantStateError,
  'key-mismatch': TenantStateError,
  'key-revoked-by-tenant': TenantStateError,
  'external-key-refused': TenantStateError,
  'tenant-busy': UnavailableError,
  'key-not-ready': UnavailableError,
  'key-store-unavailable': UnavailableError,
  throttled: UnavailableError,
  unavailable: UnavailableError,
};

export function problemError(details: ProblemDetails): ProblemError {
  // Own members alone: a code is the server's text, and may be `constructor`.
  const Kind = Object.hasOwn(classes, details.code) ? classes[details.code] : undefined;
  return new (Kind ?? ProblemError)(details);
}
