/**
 * The token that requests carry. Invariant: a token or a client secret comes from the environment or from
 * the issuer, goes to nobody but the API and the issuer, and stands in no message.
 */
import type { Clock } from './clock.ts';

export interface Access {
  /** @throws AccessError where the issuer gives none */
  token(): Promise<string>;
  /** @returns whether it is worth while to ask `token` for another than the one that the API refused */
  refused(token: string): boolean;
}

export interface ClientCredentials {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret?: string | undefined;
}

export class AccessError extends Error {
  override readonly name = 'AccessError';
}

const scope = 'tenant-keys/admin';
const timeoutMs = 30_000;
const tries = 5;
/** seconds before its end at which a token is not used any more; a PUT may take 30 */
const marginSeconds = 60;

/** What an HTTP client puts into its error messages when it cannot send it; so it must be sendable. */
export const isSendable = (token: string) => /^[\x21-\x7e]+$/.test(token);

export const givenToken = (token: string): Access => ({
  token: async () => token,
  refused: () => false,
});

export function clientCredentials(
  credentials: ClientCredentials,
  clock: Clock,
  signal: AbortSignal,
): Access {
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
        // Whoever comes first asks for the next one; the others wait for it.
        if (current === mine) current = undefined;
      }
      current ??= renew();
      return (await current).token;
    },
    refused(token) {
      // Only the first of several: the others wait for the token that he has asked for.
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

/** Has others wait and try again, as the rows do, while the issuer is only out of order. */
async function askAgain(
  credentials: ClientCredentials,
  clock: Clock,
  signal: AbortSignal,
): Promise<Given> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await ask(credentials);
    if (typeof answer !== 'string') return answer;
    if (attempt === tries || signal.aborted) throw new AccessError(answer);
    await clock.sleep(500 * 2 ** attempt, signal);
  }
}

/**
 * @returns a text where asking again may help
 * @throws AccessError where it does not
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
    throw new AccessError(`the token issuer answers ${status}${code}: ${tokenUrl}`);
  }
  if (typeof token !== 'string' || !isSendable(token)) {
    throw new AccessError(`the token issuer gives no token: ${tokenUrl}`);
  }
  return { token, seconds: typeof seconds === 'number' && seconds > 0 ? seconds : 300 };
}
