/** Where bearer tokens come from. Invariant: no token and no error of who makes them is in what is thrown here. */
import { TenantKeysError, UsageError } from '../errors.ts';
import { type ClientCredentials, clientCredentials } from './client-credentials.ts';
import { TokenError } from './connection-error.ts';
import type { Network } from './exchange.ts';
import { interruptible } from './interrupt.ts';
import { isToken, type TokenRequest, type Tokens, type TokenWait } from './token.ts';

export interface TokenFunctionRequest extends TokenRequest {
  /** whether the API has just refused the last one */
  readonly renew: boolean;
}

export type TokenFunction = (request: TokenFunctionRequest) => string | Promise<string>;

export interface TokenOptions {
  /** a text that never changes, or a function, which is asked for each request and keeps its tokens itself */
  readonly token?: string | TokenFunction | undefined;
  readonly credentials?: ClientCredentials | undefined;
}

export function tokensOf({ token, credentials }: TokenOptions, network: Network): Tokens {
  if ((token === undefined) === (credentials === undefined)) {
    throw new UsageError('either token or credentials must be given');
  }
  if (credentials !== undefined) return clientCredentials(credentials, network);
  if (typeof token === 'function') {
    return {
      get: (request, stale, wait) => ask(token, { ...request, renew: stale !== undefined }, wait),
    };
  }
  if (!isToken(token)) throw new UsageError('token must be a bearer token, or a function');
  return { get: async () => token };
}

async function ask(
  source: TokenFunction,
  request: TokenFunctionRequest,
  wait: TokenWait,
): Promise<string> {
  const timeout = () => new TokenError('The token function gave no token in time.');
  let token: unknown;
  try {
    token = await interruptible(async () => source(request), { ...wait, timeout });
  } catch (error) {
    if (wait.signal?.aborted || error instanceof TenantKeysError) throw error;
    // Without a cause: what others throw about tokens may have one in it.
    throw new TokenError('The token function failed; its own error is not repeated here.');
  }
  if (isToken(token)) return token;
  throw new TokenError('The token function gave something that is no bearer token.');
}
