/**
 * Tokens by client credentials (RFC 6749 section 4.4), the client authenticated by HTTP Basic (section 2.3.1). Each
 * is kept until shortly before it expires; who asks meanwhile waits for the same request.
 */
import { toBase64 } from '../base64.ts';
import { UsageError } from '../errors.ts';
import { jsonOf } from './answers.ts';
import { ConnectionError, TokenError } from './connection-error.ts';
import { type Answer, exchange, type Network } from './exchange.ts';
import { interruptible } from './interrupt.ts';
import { retryAfterMs } from './retries.ts';
import { isToken, type TokenRequest, type Tokens } from './token.ts';
import { type IssuerOptions, tokenEndpoint } from './token-endpoint.ts';

export interface ClientCredentials extends IssuerOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  /** in place of the one that a request needs, by its standard name; an empty one is not sent */
  readonly scope?: string | undefined;
  readonly audience?: string | undefined;
  /** more of the form, or a function that gives it for a scope and a tenant; what is undefined is not sent */
  readonly parameters?: FormParameters | ((request: TokenRequest) => FormParameters) | undefined;
}

export type FormParameters = Readonly<Record<string, string | undefined>>;

interface Token {
  readonly text: string;
  readonly renewAtMs: number;
}

/** Each tenant may have a token of its own. */
const maxTokens = 10_000;
/** Where the issuer does not say. */
const defaultLifetimeSeconds = 300;
const longestMarginMs = 60_000;

export function clientCredentials(credentials: ClientCredentials, network: Network): Tokens {
  const authorization = basic(credentials);
  const endpoint = tokenEndpoint(credentials, network);
  const tokens = new Map<string, Promise<Token>>();

  async function newToken(body: string): Promise<Token> {
    const headers = {
      Authorization: authorization,
      'Content-Type': 'application/x-www-form-urlencoded',
      Accept: 'application/json',
    };
    const outgoing = { method: 'POST', headers, body };
    return tokenOf(await exchange(network, await endpoint(), outgoing, network));
  }

  async function current(body: string, stale: string | undefined): Promise<Token> {
    const known = tokens.get(body);
    const token = await known;
    if (token !== undefined && token.text !== stale && Date.now() < token.renewAtMs) return token;
    const others = tokens.get(body);
    if (others !== undefined && others !== known) return others;
    const asked = newToken(body);
    // Renewed, it is the youngest.
    tokens.delete(body);
    tokens.set(body, asked);
    for (const oldest of tokens.keys()) if (tokens.size > maxTokens) tokens.delete(oldest);
    asked.catch(() => {
      if (tokens.get(body) === asked) tokens.delete(body);
    });
    return asked;
  }

  return {
    async get(request, stale, wait) {
      const body = form(credentials, request);
      const timeout = () => new ConnectionError('timeout', 'No token came in time.');
      const token = await interruptible(() => current(body, stale), { ...wait, timeout });
      return token.text;
    },
  };
}

/** Both are form-encoded before they are joined, so that a colon in the id does not end it. */
function basic({ clientId, clientSecret }: ClientCredentials): string {
  if (typeof clientId !== 'string' || clientId === '' || typeof clientSecret !== 'string') {
    throw new UsageError('credentials need clientId and clientSecret');
  }
  const encoded = [clientId, clientSecret].map((text) =>
    new URLSearchParams({ text }).toString().slice('text='.length),
  );
  return `Basic ${toBase64(new TextEncoder().encode(encoded.join(':')))}`;
}

/** The same for the same token, so it is also what the token is kept by. */
function form(credentials: ClientCredentials, request: TokenRequest): string {
  const { scope = request.scope, audience, parameters } = credentials;
  const more = typeof parameters === 'function' ? ask(parameters, request) : parameters;
  const members = Object.entries({ scope: scope || undefined, audience, ...more });
  const given = members.filter((member): member is [string, string] => member[1] !== undefined);
  return new URLSearchParams([['grant_type', 'client_credentials'], ...given]).toString();
}

function ask(parameters: (request: TokenRequest) => FormParameters, request: TokenRequest) {
  try {
    return parameters(request);
  } catch {
    // Without a cause: it may have a secret in it.
    throw new TokenError('The function parameters failed; its own error is not repeated here.');
  }
}

/** @throws TokenError with what the issuer refused by (section 5.2); its description is not repeated */
function tokenOf(answer: Answer): Token {
  const { status } = answer;
  const body = status < 500 ? jsonOf<Partial<Record<string, unknown>>>(answer, {}) : {};
  const { error, access_token: text, token_type: type, expires_in: seconds } = body;
  if (status !== 200) {
    const code = remedies.has(error as string) ? (error as string) : undefined;
    const what = [status, code].filter(Boolean).join(' ');
    const remedy = remedies.get(code ?? '') ?? 'see its logs';
    const facts = { code, status, retryAfterMs: retryAfterMs(answer.headers) };
    throw new TokenError(`The issuer gives no token (${what}): ${remedy}.`, facts);
  }
  if (!isToken(text) || typeof type !== 'string' || type.toLowerCase() !== 'bearer') {
    throw new TokenError('The issuer gave something that is no bearer token.', { status });
  }
  // Some issuers give the number as text.
  const lifetimeMs = 1000 * (Number(seconds) > 0 ? Number(seconds) : defaultLifetimeSeconds);
  const marginMs = Math.min(longestMarginMs, lifetimeMs / 10);
  return { text, renewAtMs: Date.now() + lifetimeMs - marginMs };
}

const remedies = new Map([
  ['invalid_client', 'check clientId and clientSecret'],
  ['invalid_scope', 'set scope to one that this client may have'],
  ['unauthorized_client', 'allow this client the grant client_credentials'],
  ['unsupported_grant_type', 'it must support client_credentials'],
  ['invalid_request', 'check scope, audience and parameters'],
  ['invalid_grant', 'check scope, audience and parameters'],
  ['invalid_target', 'check audience and parameters'],
]);
