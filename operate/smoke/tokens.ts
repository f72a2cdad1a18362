/**
 * The tokens that the run needs: an administrator's, and one of each of its two tenants. Invariant: none is in an option, a
 * line or an error.
 */
import { credentialsIn, withLogin } from '../../client/command-line/connection.ts';
import type { LocalStackPlace } from '../../client/command-line/local-stack.ts';
import { readLogin } from '../../client/command-line/login-file.ts';
import type { Network } from '../../client/http/exchange.ts';
import { tokensOf } from '../../client/http/tokens.ts';
import type { TenantKeysOptions } from '../../client/tenant-keys.ts';
import { ArgumentError } from './arguments.ts';

export interface SmokeTokens {
  /** where they are from, in words */
  readonly from: string;
  administrator(): Promise<string>;
  ofTenant(tenantId: string): Promise<string>;
}

const network: Network = { fetch, timeoutMs: 30_000, allowInsecureHttp: false };
const given = ['SMOKE_ADMIN_TOKEN', 'SMOKE_FIRST_TOKEN', 'SMOKE_SECOND_TOKEN'] as const;

const help =
  'set TENANT_KEYS_CLIENT_ID, _CLIENT_SECRET and _ISSUER or _TOKEN_URL, with TENANT_KEYS_TENANT_PARAMETER ' +
  `(docs/command-line.md), or ${given.join(', ')} with --tenants`;

/**
 * @param tenants names that the tokens of the environment were made for
 * @throws ArgumentError where there is nothing to get tokens by
 */
export async function openTokens(
  env: NodeJS.ProcessEnv,
  url: string,
  local: LocalStackPlace | undefined,
  tenants: readonly [string, string] | undefined,
): Promise<SmokeTokens> {
  const ofEnvironment = tokensIn(env, tenants);
  if (ofEnvironment !== undefined) return ofEnvironment;
  const credentials = credentialsIn(env, url);
  if (credentials !== undefined) return byCredentials(withLogin(credentials), 'the environment');
  if (local?.api === url) return byCredentials(ofLocalIssuer(local.issuer, url), 'the local stack');
  const login = await readLogin(env);
  if (login?.url === url) return byCredentials(withLogin(login), '`tenant-keys login`');
  throw new ArgumentError(`there are no credentials for ${url}: ${help}`);
}

function tokensIn(
  env: NodeJS.ProcessEnv,
  tenants: readonly [string, string] | undefined,
): SmokeTokens | undefined {
  const [administrator, first, second] = given.map((name) => env[name] || undefined);
  if (administrator === undefined && first === undefined && second === undefined) return undefined;
  if (!administrator || !first || !second || tenants === undefined) {
    throw new ArgumentError(`${given.join(', ')} are needed together, and --tenants with them`);
  }
  const of = new Map([
    [tenants[0], first],
    [tenants[1], second],
  ]);
  return {
    from: 'the environment',
    administrator: async () => administrator,
    ofTenant: async (tenantId) => of.get(tenantId) as string,
  };
}

type Credentials = Pick<TenantKeysOptions, 'credentials'>;

function byCredentials(
  { settings: { credentials } }: { readonly settings: Credentials },
  from: string,
): SmokeTokens {
  const tokens = tokensOf({ credentials }, network);
  const get = (scope: string, tenantId?: string) =>
    tokens.get({ scope, tenantId }, undefined, { timeoutMs: network.timeoutMs });
  return {
    from,
    administrator: () => get('tenant-keys/admin'),
    ofTenant: (tenantId) => get('tenant-keys/crypto', tenantId),
  };
}

/** It gives anybody a token. */
const ofLocalIssuer = (issuer: string, url: string) =>
  withLogin({
    url,
    issuer,
    clientId: 'smoke',
    clientSecret: 'local',
    tenantParameter: 'tenant_id',
  });
