/** A refusal of the token endpoint, RFC 6749 section 5.2. Its description repeats nothing of the request. */
export class OAuthError extends Error {
  override readonly name = 'OAuthError';
  readonly code: OAuthErrorCode;
  constructor(code: OAuthErrorCode, description: string) {
    super(description);
    this.code = code;
  }
}

/** `invalid_target`: RFC 8707 section 2, RFC 8693 section 2.2.2. */
export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_target'
  | 'unsupported_grant_type';
