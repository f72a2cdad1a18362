/**
 * A session in Vault, opened by a token that AWS signs, or our own issuer. Invariant: what opens it is asked for anew
 * for each login and never kept; what the session may do Vault decides, by whose the token is.
 */
import * as z from 'zod/mini';
import type { VaultAnswer, VaultClient, VaultRequest } from './vault-client.ts';
import { VaultLoginRefused, VaultUnavailable } from './vault-errors.ts';

export interface VaultLogin {
  /** of the JWT mount */
  readonly authMount: string;
  readonly role: string;
  /** @returns a JWT for Vault's audience, of whom the role is for */
  webIdentityToken(): Promise<string>;
}

export type SessionRequest = Omit<VaultRequest, 'token'>;

export interface VaultSession {
  /** @throws VaultUnavailable; VaultLoginRefused; OutOfTime; what `webIdentityToken` throws */
  send(request: SessionRequest): Promise<VaultAnswer>;
}

interface Token {
  readonly value: string;
  readonly openedAtMs: number;
  /** from then on it is not used any more */
  readonly endsAtMs: number;
}

const auth = z.object({
  // It goes into a header.
  client_token: z.string().check(z.regex(/^[\x21-\x7e]+$/)),
  lease_duration: z.number(),
});

/** A request takes some seconds, and clocks differ. Of a short session it is a fifth. */
const longestMarginMs = 60_000;
/** A refusal of a session that is newer is the policy's. An older one may have been revoked, or its policies changed. */
const freshMs = 5_000;

export function vaultSession(client: VaultClient, login: VaultLogin): VaultSession {
  let current: Token | undefined;
  let opening: Promise<Token> | undefined;

  const open = async (): Promise<Token> => {
    current = await logIn(client, login);
    return current;
  };
  const token = (): Token | Promise<Token> => {
    if (current !== undefined && Date.now() < current.endsAtMs && isNotAhead(current))
      return current;
    // Whoever comes meanwhile waits for the same login.
    opening ??= open().finally(() => {
      opening = undefined;
    });
    return opening;
  };

  return {
    async send(request) {
      const used = await token();
      const answer = await client({ ...request, token: used.value });
      if (answer.status !== 403 || Date.now() - used.openedAtMs < freshMs) return answer;
      if (current === used) current = undefined;
      return client({ ...request, token: (await token()).value });
    },
  };
}

/**
 * The words of the library by which both products check tokens (go-oidc, `jwks.go`). Nothing else tells such a 400 from one
 * that is about the tenant.
 */
const noIssuersKeys = 'fetching keys';

/** A clock that was set back must not make a session live on. */
const isNotAhead = ({ openedAtMs }: Token): boolean => Date.now() >= openedAtMs;

async function logIn(
  client: VaultClient,
  { authMount, role, ...login }: VaultLogin,
): Promise<Token> {
  const jwt = await login.webIdentityToken();
  const openedAtMs = Date.now();
  const answer = await client({
    method: 'POST',
    path: `auth/${authMount}/login`,
    body: { role, jwt },
  });
  if (answer.status !== 200) {
    throw answer.errors.some((words) => words.includes(noIssuersKeys))
      ? new VaultUnavailable('issuer-unreachable')
      : new VaultLoginRefused(answer.status);
  }
  const parsed = z.safeParse(auth, answer.auth);
  if (!parsed.success) throw new VaultUnavailable('nonsense');
  const { client_token: value, lease_duration: seconds } = parsed.data;
  const lifeMs = seconds * 1000;
  return {
    value,
    openedAtMs,
    endsAtMs: openedAtMs + lifeMs - Math.min(longestMarginMs, lifeMs / 5),
  };
}
