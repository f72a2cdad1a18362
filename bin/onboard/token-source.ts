/**
 * The token of the requests. Invariant: tokens and client secrets come from the environment or the issuer, go only
 * to the API and the issuer, and are in no message.
 */
import type { Clock } from './clock.ts';

export interface TokenSource {
  /** @throws TokenError where there is none */
  token(): Promise<string>;
  /** Call it when the API refused a token. @returns whether `token` may now give another one */
  refused(token: string): boolean;
}

export interface ClientCredentials {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret?: string | undefined;
}

export class TokenError extends Error {
  override readonly name = 'TokenError';
}

const scope = 'tenant-keys/admin';
const timeoutMs = 30_000;
const tries = 5;
/** A token is not used in the last seconds before it expires: a PUT may take 30. */
const marginSeconds = 60;

/** Checked first, since an HTTP client would quote a token that it cannot send in its error message. */
export const isSendable = (token: string) => /^[\x21-\x7e]+$/.test(token);

export const givenToken = (token: string): TokenSource => ({
  token: async () => token,
  refused: () => false,
});

export function clientCredentials(
  credentials: ClientCredentials,
  clock: Clock,
  signal: AbortSignal,
): TokenSource {
  let current: Promise<{ readonly token: string; readonly until: number }> | undefined;
  let latest: string | undefined;

  async function renew() {
    const asked = clock.now();
    const { token, seconds } = await askAgain(credentials, clock, signal);
    latest = token;
    const usable = Math.max(seconds - marginSeconds, seconds / 2);
    return { token, until: asked + usable * 1000 };
  }

  return {
    async token() {
      const mine = current;
      if (mine !== undefined) {
        const { token, until } = await mine;
        if (clock.now() < until) return token;
        // The first caller asks for the next token, the others wait for it.
        if (current === mine) current = undefined;
      }
      current ??= renew();
      return (await current).token;
    },
    refused(token) {
      // Only for the first of several refusals: the others wait for the token that is then asked for.
      if (token === latest) {
        latest = undefined;
        current = undefined;
      }
      return true;
    },
  };
}

interface Given {
  readonly token: string;
  readonly seconds: number;
}

/** Tries again, as the rows do, while the issuer is down. All rows wait meanwhile. */
async function askAgain(
  credentials: ClientCredentials,
  clock: Clock,
  signal: AbortSignal,
): Promise<Given> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await ask(credentials);
    if (typeof answer !== 'string') return answer;
    if (attempt === tries || signal.aborted) throw new TokenError(answer);
    await clock.sleep(500 * 2 ** attempt, signal);
  }
}

/**
 * @returns what is wrong, where asking again may help
 * @throws TokenError where it cannot
 */
async function ask(credentials: ClientCredentials): Promise<Given | string> {
  const { tokenUrl, clientId, clientSecret } = credentials;
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    scope,
  });
  if (clientSecret !== undefined) form.set('client_secret', clientSecret);
  const signal = AbortSignal.timeout(timeoutMs);
  let response: Response;
  let body: Readonly<Record<string, unknown>>;
  try {
    response = await fetch(tokenUrl, { method: 'POST', body: form, redirect: 'manual', signal });
    body = Object(await response.json().catch(() => undefined));
  } catch {
    return `the token issuer cannot be reached: ${tokenUrl}`;
  }
  const { status } = response;
  if (status >= 500 || status === 429) return `the token issuer answers ${status}: ${tokenUrl}`;
  const { access_token: token, expires_in: seconds, error } = body;
  if (status !== 200) {
    // RFC 6749 section 5.2 allows these characters; anything else is not repeated.
    const code = typeof error === 'string' && /^[\w.-]{1,64}$/.test(error) ? ` ${error}` : '';
    throw new TokenError(`the token issuer answers ${status}${code}: ${tokenUrl}`);
  }
  if (typeof token !== 'string' || !isSendable(token)) {
    throw new TokenError(`the token issuer gives no token: ${tokenUrl}`);
  }
  return { token, seconds: typeof seconds === 'number' && seconds > 0 ? seconds : 300 };
}
