/**
 * A session at Azure, opened by a token of somebody whom Microsoft Entra ID trusts for this identity (workload identity
 * federation): the product's own issuer for a tenant, AWS for a function. Invariant: what opens it is asked for anew for
 * each sign-in and never kept; what the session may do Azure decides, by the identity.
 */
import * as z from 'zod/mini';
import type { AzureAnswer, AzureClient, AzureRequest, AzureService } from './azure-client.ts';
import { AzureUnavailable, EntraRefused } from './azure-errors.ts';

export interface EntraLogin {
  /** of the directory */
  readonly azureTenantId: string;
  /** of the identity */
  readonly clientId: string;
  /** who signs in; undefined for the product itself */
  readonly tenantId?: string | undefined;
  /** @returns a JWT for Entra's audience, whose issuer and subject are the federated credential's */
  assertion(): Promise<string>;
}

export type SessionRequest = Omit<AzureRequest, 'token' | 'service'> & {
  readonly service: Exclude<AzureService, 'entra'>;
};

export interface AzureSession {
  /** @throws AzureUnavailable; EntraRefused; OutOfTime; what `assertion` throws */
  send(request: SessionRequest): Promise<AzureAnswer>;
}

interface Token {
  readonly value: string;
  readonly openedAtMs: number;
  /** from then on it is not used any more */
  readonly endsAtMs: number;
}

/** What a token is for: by the address of the service, since other clouds have other ones. */
export type Scopes = Readonly<Record<SessionRequest['service'], string>>;

const accessToken = z.object({
  token_type: z.string(),
  expires_in: z.number(),
  // It goes into a header.
  access_token: z.string().check(z.regex(/^[\x21-\x7e]+$/)),
});
const refusal = z.object({ error_codes: z.array(z.int()) });

const marginMs = 60_000;
/** Entra's live an hour to a day, and count also after the credential that opened them is gone. */
const longestLifeMs = 15 * 60_000;
/** A refusal of a token that is newer is meant. An older one may have been revoked. */
const freshMs = 5_000;

export function entraSession(client: AzureClient, login: EntraLogin, scopes: Scopes): AzureSession {
  const tokens = new Map<string, Token>();
  const opening = new Map<string, Promise<Token>>();

  const open = async (scope: string): Promise<Token> => {
    const token = await signIn(client, login, scope);
    tokens.set(scope, token);
    return token;
  };
  const tokenFor = (scope: string): Token | Promise<Token> => {
    const current = tokens.get(scope);
    if (current !== undefined && isUsable(current)) return current;
    // Whoever comes meanwhile waits for the same sign-in.
    const begun = opening.get(scope) ?? open(scope).finally(() => opening.delete(scope));
    opening.set(scope, begun);
    return begun;
  };

  return {
    async send(request) {
      const scope = scopes[request.service];
      const used = await tokenFor(scope);
      const answer = await client({ ...request, token: used.value });
      if (answer.status !== 401 || Date.now() - used.openedAtMs < freshMs) return answer;
      if (tokens.get(scope) === used) tokens.delete(scope);
      return client({ ...request, token: (await tokenFor(scope)).value });
    },
  };
}

/** A clock that was set back must not make a session live on. */
const isUsable = ({ openedAtMs, endsAtMs }: Token): boolean =>
  Date.now() >= openedAtMs && Date.now() < endsAtMs;

/** AADSTS50166 and AADSTS90061: Entra's request to the issuer failed. It says nothing of the tenant. */
const noIssuersKeys = [50166, 90061];

/** Microsoft identity platform, client credentials flow, "access token request with a federated credential". */
async function signIn(client: AzureClient, login: EntraLogin, scope: string): Promise<Token> {
  const { azureTenantId, clientId, tenantId } = login;
  const assertion = await login.assertion();
  const openedAtMs = Date.now();
  const { status, body } = await client({
    service: 'entra',
    method: 'POST',
    path: `/${azureTenantId}/oauth2/v2.0/token`,
    operation: { name: 'POST sign-in', tenantId },
    form: {
      grant_type: 'client_credentials',
      client_id: clientId,
      scope,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    },
  });
  if (status !== 200) throw refused(body);
  const parsed = z.safeParse(accessToken, body);
  if (!parsed.success || parsed.data.token_type !== 'Bearer')
    throw new AzureUnavailable('nonsense');
  const { access_token: value, expires_in: seconds } = parsed.data;
  const lifeMs = Math.min(seconds * 1000, longestLifeMs);
  return { value, openedAtMs, endsAtMs: openedAtMs + lifeMs - Math.min(marginMs, lifeMs / 5) };
}

function refused(body: unknown): Error {
  const parsed = z.safeParse(refusal, body);
  const [code] = parsed.success ? parsed.data.error_codes : [];
  // What has no code of Entra's is not Entra's.
  if (code === undefined) return new AzureUnavailable('nonsense');
  return noIssuersKeys.includes(code)
    ? new AzureUnavailable('issuer-unreachable')
    : new EntraRefused(code);
}
