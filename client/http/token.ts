/** What a bearer token is asked for, and how. */

export interface TokenRequest {
  /** that the token needs at least, by its standard name: `tenant-keys/crypto`, `/audit` or `/admin` */
  readonly scope: string;
  /** that the token must name; undefined in the control plane, whose tokens name none */
  readonly tenantId?: string | undefined;
}

export interface TokenWait {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs: number;
}

export interface Tokens {
  /**
   * @param stale the token that the API has just refused
   * @throws TokenError, ConnectionError, or the signal's reason
   */
  get(request: TokenRequest, stale: string | undefined, wait: TokenWait): Promise<string>;
}

/** What a header can carry as one word (RFC 6750 section 2.1 has fewer characters still). */
export const isToken = (token: unknown): token is string =>
  typeof token === 'string' && /^[\x21-\x7e]{1,16384}$/.test(token);
