/**
 * Which API, and by which credentials: options, then the environment, then `login`, then the local stack. Invariant: the
 * credentials of `login` go to no other URL than they were given for, and a secret is in no option, since every user of
 * a machine sees the options of its processes.
 */
import { readFile } from 'node:fs/promises';
import { type CallOptions, TenantKeys, type TenantKeysOptions } from '../tenant-keys.ts';
import { CommandError, exitCodes } from './failure.ts';
import { findLocalStack } from './local-stack.ts';
import { type Login, readLogin } from './login-file.ts';

export interface ConnectionOptions {
  readonly url?: string | undefined;
  readonly tokenFile?: string | undefined;
  readonly actor?: string | undefined;
  readonly label?: string | undefined;
}

export interface Connection {
  readonly keys: TenantKeys;
  readonly url: string;
  /** where url and credentials are from, in words */
  readonly from: string;
  readonly settings: TenantKeysOptions;
  /** of each request */
  readonly claims: Pick<CallOptions, 'actor' | 'label'>;
}

/** @throws CommandError where there is no URL, or nothing to get a token by */
export async function connect(
  options: ConnectionOptions,
  env: NodeJS.ProcessEnv,
): Promise<Connection> {
  const { settings, from } = await settingsOf(options, env);
  const { actor, label } = options;
  const url = String(settings.url);
  return { keys: new TenantKeys(settings), url, from, settings, claims: { actor, label } };
}

interface Settings {
  readonly settings: TenantKeysOptions;
  readonly from: string;
}

async function settingsOf(options: ConnectionOptions, env: NodeJS.ProcessEnv): Promise<Settings> {
  const login = await readLogin(env);
  const given = options.url ?? env.TENANT_KEYS_URL ?? login?.url;
  // It is asked whether it is there, where nothing else is known.
  const local = given === undefined ? await findLocalStack(env) : undefined;
  const url = given ?? local?.api;
  if (url === undefined) {
    throw new CommandError(
      'No API is known: log in (`tenant-keys login --help`), give --url or TENANT_KEYS_URL, or start a local stack (`npm start`).',
    );
  }
  const token = await givenToken(options, env);
  if (token !== undefined) return { settings: { url, token }, from: 'the given token' };
  const ofEnvironment = credentialsIn(env, url);
  if (ofEnvironment !== undefined) return { ...withLogin(ofEnvironment), from: 'the environment' };
  if (login?.url === url) return { ...withLogin(login), from: '`tenant-keys login`' };
  const stack = local ?? (await findLocalStack(env));
  if (stack?.api === url) return { ...ofLocalStack(stack.issuer, url), from: 'the local stack' };
  throw new CommandError(
    `There are no credentials for ${url}: log in there (\`tenant-keys login --url ${url} ...\`), or set TENANT_KEYS_TOKEN.`,
    exitCodes.access,
  );
}

async function givenToken({ tokenFile }: ConnectionOptions, env: NodeJS.ProcessEnv) {
  if (tokenFile !== undefined) return (await readFile(tokenFile, 'utf8')).trim();
  return env.TENANT_KEYS_TOKEN || undefined;
}

export function credentialsIn(env: NodeJS.ProcessEnv, url: string): Login | undefined {
  const { TENANT_KEYS_CLIENT_ID: clientId, TENANT_KEYS_CLIENT_SECRET: clientSecret } = env;
  const { TENANT_KEYS_ISSUER: issuer, TENANT_KEYS_TOKEN_URL: tokenUrl } = env;
  if (!clientId || !clientSecret || !(issuer || tokenUrl)) return undefined;
  return {
    url,
    issuer: issuer || undefined,
    tokenUrl: tokenUrl || undefined,
    clientId,
    clientSecret,
    scope: env.TENANT_KEYS_SCOPE,
    audience: env.TENANT_KEYS_AUDIENCE,
    tenantParameter: env.TENANT_KEYS_TENANT_PARAMETER,
  };
}

export function withLogin({ url, tenantParameter, ...login }: Login): {
  readonly settings: TenantKeysOptions;
} {
  const { issuer, tokenUrl, ...credentials } = login;
  // Of the two one is there.
  const endpoint = tokenUrl === undefined ? { issuer: issuer ?? '' } : { tokenUrl };
  const parameters = ({ tenantId }: { readonly tenantId?: string | undefined }) =>
    tenantParameter === undefined ? {} : { [tenantParameter]: tenantId };
  return { settings: { url, credentials: { ...credentials, ...endpoint, parameters } } };
}

/** The local issuer gives anybody a token for anything: it is there to try the product. */
const ofLocalStack = (issuer: string, url: string) =>
  withLogin({
    url,
    issuer,
    clientId: 'tenant-keys',
    clientSecret: 'local',
    tenantParameter: 'tenant_id',
  });
