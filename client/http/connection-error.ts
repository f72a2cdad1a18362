/** No answer of the API came. */
import { TenantKeysError } from '../errors.ts';

/**
 * `unreachable`: no connection, or one that broke; `timeout`: no whole answer in time; `unexpected-answer`: something
 * came, but not from this API as it should be: another server, a proxy's page, a redirection.
 */
export type ConnectionFailure = 'unreachable' | 'timeout' | 'unexpected-answer';

export interface AnswerFacts {
  readonly status?: number | undefined;
  /** leads to the server's logs */
  readonly requestId?: string | undefined;
  /** what the answer said by Retry-After */
  readonly retryAfterMs?: number | undefined;
}

export class ConnectionError extends TenantKeysError {
  readonly reason: ConnectionFailure;
  /** of an unexpected answer */
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(reason: ConnectionFailure, message: string, facts: AnswerFacts = {}) {
    super(message);
    this.reason = reason;
    this.status = facts.status;
    this.requestId = facts.requestId;
    this.retryAfterMs = facts.retryAfterMs;
  }

  override get name(): string {
    return 'ConnectionError';
  }
}

/** No token could be had: the issuer refused, or the caller's own function failed. */
export class TokenError extends TenantKeysError {
  /** the issuer's code (RFC 6749 section 5.2) */
  readonly code: string | undefined;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(message: string, facts: AnswerFacts & { readonly code?: string | undefined } = {}) {
    super(message);
    this.code = facts.code;
    this.status = facts.status;
    this.retryAfterMs = facts.retryAfterMs;
  }

  override get name(): string {
    return 'TokenError';
  }
}
