/**
 * `npm start -- --vault`: a development server of Vault or OpenBao that runs beside the stack. The stack is configured with it, and
 * it with the stack, by the very commands of docs/key-stores/vault.md.
 */
import { spawnSync } from 'node:child_process';
import type { LocalStack } from './stack.ts';
import { replaced, runSetup, type SetupVariables, setupBlock } from './vault-setup-block.ts';

/** Of `bao server -dev` and `vault server -dev`. */
const defaultAddress = 'http://127.0.0.1:8200';
const mount = 'tenant-keys';

/** Its address and an administrator's token, and the command that speaks to it. */
export interface VaultServer {
  readonly address: string;
  readonly token: string;
  readonly command: 'bao' | 'vault';
  /** with the command on its PATH */
  readonly env: NodeJS.ProcessEnv;
}

/** @throws Error that says what is missing: the token, the server, or its command */
export async function vaultServer(env: NodeJS.ProcessEnv = process.env): Promise<VaultServer> {
  const address = env.VAULT_ADDR ?? env.BAO_ADDR ?? defaultAddress;
  const token = env.VAULT_TOKEN ?? env.BAO_TOKEN;
  if (token === undefined) {
    throw new Error(
      '--vault: expected VAULT_TOKEN, the root token that the server was started with',
    );
  }
  const server = { address, token, command: vaultCommand(env), env };
  await mountsOf(server);
  return server;
}

export const vaultContext = ({ address }: VaultServer) => ({ keyStores: { vault: { address } } });

/**
 * @param instead of the block's variables, where the store takes other tokens than AWS's
 * @throws Error where a command fails
 */
export async function setUpVault(
  server: VaultServer,
  stack: LocalStack,
  instead: Partial<SetupVariables> = {},
): Promise<void> {
  const { outputs, accountId, deployment } = stack;
  const roleOf = (output: string) => `arn:aws:iam::${accountId}:role/${outputs[output]}`;
  const { PATH, HOME } = server.env;
  const env = { PATH, HOME, VAULT_ADDR: server.address, VAULT_TOKEN: server.token };
  const variables = {
    vault: server.command,
    issuer: deployment.outboundIssuer,
    audience: server.address,
    tenant_subject: `${outputs.TenantRoleArn}`,
    control_plane_subject: roleOf('TenantsRoleName'),
    reconciler_subject: roleOf('ReconcilerRoleName'),
    certificates_subject: roleOf('CertificatesRoleName'),
    ...instead,
  };
  const block = withoutMounts(await mountsOf(server));
  await runSetup(env, variables, block).catch((error) => {
    throw new Error(`--vault: ${error.message}`);
  });
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
