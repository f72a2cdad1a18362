/**
 * `npm start -- --vault`: a development server of Vault or OpenBao that runs beside the stack. The stack is configured with it, and
 * it with the stack, by the very commands of docs/key-stores/vault.md.
 */
import { spawnSync } from 'node:child_process';
import type { VaultSettings } from '../contract/key-stores.ts';
import type { LocalStack } from './stack.ts';
import {
  ownIssuerVariables,
  replaced,
  runSetup,
  type SetupVariables,
  setupBlock,
} from './vault-setup-block.ts';

/** Of `bao server -dev` and `vault server -dev`. */
const defaultAddress = 'http://127.0.0.1:8200';
const mount = 'tenant-keys';

/** Its address and an administrator's token, the command that speaks to it, and whose tokens it takes. */
export interface VaultServer {
  readonly address: string;
  readonly token: string;
  readonly command: 'bao' | 'vault';
  /** with the command on its PATH */
  readonly env: NodeJS.ProcessEnv;
  readonly tokenIssuer: VaultSettings['tokenIssuer'];
}

/** As `npm start` and the demo take them. */
export const vaultOptions = {
  vault: { type: 'boolean', default: false },
  'own-issuer': { type: 'boolean', default: false },
} as const;

/**
 * @returns whose tokens the store is to take; undefined without a store
 * @throws Error for an issuer of its own without a store
 */
export function tokenIssuerOf({
  vault,
  'own-issuer': isOwn,
}: {
  readonly vault: boolean;
  readonly 'own-issuer': boolean;
}): VaultServer['tokenIssuer'] | undefined {
  if (isOwn && !vault) throw new Error('--own-issuer: only with --vault');
  if (!vault) return undefined;
  return isOwn ? 'own' : 'sts';
}

/** @throws Error that says what is missing: the token, the server, or its command */
export async function vaultServer(
  tokenIssuer: VaultServer['tokenIssuer'],
  env: NodeJS.ProcessEnv = process.env,
): Promise<VaultServer> {
  const address = env.VAULT_ADDR ?? env.BAO_ADDR ?? defaultAddress;
  const token = env.VAULT_TOKEN ?? env.BAO_TOKEN;
  if (token === undefined) {
    throw new Error(
      '--vault: expected VAULT_TOKEN, the root token that the server was started with',
    );
  }
  const server = { address, token, command: vaultCommand(env), env, tokenIssuer };
  await mountsOf(server);
  return server;
}

export const vaultContext = ({ address, tokenIssuer }: VaultServer) => ({
  keyStores: { vault: { address, tokenIssuer } },
});

/** @throws Error where a command fails */
export async function setUpVault(server: VaultServer, stack: LocalStack): Promise<void> {
  const { PATH, HOME } = server.env;
  const env = { PATH, HOME, VAULT_ADDR: server.address, VAULT_TOKEN: server.token };
  const variables = {
    vault: server.command,
    audience: server.address,
    ...(server.tokenIssuer === 'own' ? await tokensOfOurs(stack) : tokensOfSts(stack)),
  };
  const block = withoutMounts(await mountsOf(server));
  await runSetup(env, variables, block).catch((error) => {
    throw new Error(`--vault: ${error.message}`);
  });
}

function tokensOfSts({ outputs, accountId, deployment }: LocalStack): Partial<SetupVariables> {
  const roleOf = (output: string) => `arn:aws:iam::${accountId}:role/${outputs[output]}`;
  return {
    issuer: deployment.outboundIssuer,
    tenant_subject: `${outputs.TenantRoleArn}`,
    control_plane_subject: roleOf('TenantsRoleName'),
    reconciler_subject: roleOf('ReconcilerRoleName'),
    certificates_subject: roleOf('CertificatesRoleName'),
  };
}

/** The issuer has the name of an API on AWS, by which nothing is found on this machine: its keys are where this API is. */
async function tokensOfOurs({ api }: LocalStack): Promise<Partial<SetupVariables>> {
  const documents = `${api}/issuer/.well-known`;
  const { issuer } = (await (await fetch(`${documents}/openid-configuration`)).json()) as {
    readonly issuer: string;
  };
  return { ...ownIssuerVariables(), issuer, jwks: `${documents}/jwks.json` };
}

/** @throws Error where there is neither */
function vaultCommand(env: NodeJS.ProcessEnv): VaultServer['command'] {
  const found = (['bao', 'vault'] as const).find(
    (name) => spawnSync(name, ['version'], { env }).status === 0,
  );
  if (found === undefined)
    throw new Error('--vault: expected the command bao or vault on the PATH');
  return found;
}

/** The block without the mounts that an earlier start has made: tenants' keys are in them. */
function withoutMounts(mounts: object): string {
  const lines = {
    [`${mount}/`]: /^.*secrets enable.*\n/m,
    [`auth/${mount}/`]: /^.*auth enable.*\n/m,
  };
  return Object.entries(lines)
    .filter(([path]) => Object.hasOwn(mounts, path))
    .reduce((block, [, line]) => replaced(block, line, ''), setupBlock());
}

/** @returns by the paths of the secrets engines and, with `auth/` before it, of the auth methods */
async function mountsOf({
  address,
  token,
}: Pick<VaultServer, 'address' | 'token'>): Promise<object> {
  const read = async (path: string): Promise<object> => {
    const response = await fetch(new URL(`/v1/sys/${path}`, address), {
      headers: { 'X-Vault-Token': token },
    }).catch(() => undefined);
    if (response === undefined) {
      throw new Error(`--vault: no server answers at ${address}; VAULT_ADDR says where it is`);
    }
    if (!response.ok) throw new Error(`--vault: ${address} refuses the token of VAULT_TOKEN`);
    return ((await response.json()) as { readonly data: object }).data;
  };
  const methods = Object.entries(await read('auth'));
  return {
    ...(await read('mounts')),
    ...Object.fromEntries(methods.map(([path, method]) => [`auth/${path}`, method])),
  };
}
