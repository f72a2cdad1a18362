/** The attempts of globex, and of the product's own functions, at acme's key in a Vault: it answers in its own words. */
import type { LocalStack } from '../stack.ts';
import type { VaultServer } from '../vault-setup.ts';
import { type Attempt, httpAttempts, type Result, type Target } from './attempts.ts';
import { vaultTokens } from './vault-tokens.ts';

interface VaultAnswer {
  readonly status: number;
  readonly auth?: { readonly client_token: string };
  readonly errors?: readonly string[];
}

export interface VaultAttempts {
  readonly ofOthers: readonly Attempt[];
  readonly ofTheSuspended: Attempt;
}

export function vaultAttempts(server: VaultServer): VaultAttempts {
  const tokens = vaultTokens(server);
  const post = async (path: string, body: object, token?: string): Promise<VaultAnswer> => {
    const response = await fetch(new URL(`/v1/${path}`, server.address), {
      method: 'POST',
      headers: token === undefined ? {} : { 'X-Vault-Token': token },
      body: JSON.stringify(body),
    });
    return { status: response.status, ...((await response.json()) as object) };
  };
  const logIn = (jwt: string, role: string) => post('auth/tenant-keys/login', { role, jwt });
  const sessionFor = async (jwt: string, role: string) =>
    (await logIn(jwt, role)).auth?.client_token ?? 'none';
  const asControlPlane = async (stack: LocalStack) =>
    sessionFor(await tokens.ofFunction(stack, 'tenants'), 'control-plane');

  const unwrapAs = async (stack: LocalStack, tenantId: string, target: Target) => {
    const token = await sessionFor(await tokens.ofTenant(stack, tenantId), `tenant-${tenantId}`);
    return resultOf(await post(...unwrapping(target), token));
  };

  const ofOthers: readonly Attempt[] = [
    ...httpAttempts,
    {
      name: "globex's session in the store, with acme's key",
      because: `the path in the tenant's policy ends with the tenant that ${tokens.vouchedBy} has put into the token`,
      run: (stack, target) => unwrapAs(stack, target.globex, target),
    },
    {
      name: `globex's token of ${tokens.kind} at acme's role in the store`,
      because: `the role compares the tenant in the token, of which ${tokens.vouchedBy} vouches`,
      run: async (stack, { acme, globex }) =>
        resultOf(await logIn(await tokens.ofTenant(stack, globex), `tenant-${acme}`)),
    },
    {
      name: `globex's token of ${tokens.kind} at the control plane's role in the store`,
      because: `the role compares ${tokens.functionsName}`,
      run: async (stack, { globex }) =>
        resultOf(await logIn(await tokens.ofTenant(stack, globex), 'control-plane')),
    },
    tokens.another,
    {
      name: "the control plane, signed in to the store as itself, with acme's key",
      because: 'the policies of the product’s functions make, rotate and delete keys, and use none',
      run: async (stack, target) => {
        const token = await asControlPlane(stack);
        return resultOf(await post(...unwrapping(target), token));
      },
    },
    {
      name: "the control plane deletes acme's key",
      because: 'the reconciler alone deletes keys, after the window',
      run: async (stack, { acme }) => {
        const token = await asControlPlane(stack);
        const config = `tenant-keys/keys/${acme}/config`;
        return resultOf(await post(config, { deletion_allowed: true }, token));
      },
    },
  ];
  const ofTheSuspended: Attempt = {
    name: "acme's own session in the store, past the product",
    because: "without the tenant's policy a session there may do nothing, whenever it was opened",
    run: (stack, target) => unwrapAs(stack, target.acme, target),
  };
  return { ofOthers, ofTheSuspended };
}

/** Of the data key in acme's message: the engine's ciphertext is in it as it is. */
function unwrapping({ acme, ciphertext }: Target): [path: string, body: object] {
  const message = Buffer.from(ciphertext, 'base64').toString('latin1');
  const [wrapped] = /vault:v\d+:[\w+/]{80}/.exec(message) ?? [];
  const associated_data = Buffer.from('x').toString('base64');
  return [`tenant-keys/decrypt/${acme}`, { ciphertext: wrapped, associated_data }];
}

/** Only a refusal of the store's own counts: an answer of the engine behind its policies is none. */
function resultOf({ status, errors = [] }: VaultAnswer): Result {
  const words = errors
    .join(' ')
    .replace(/^1 error occurred:\s*\* /, '')
    .trim();
  return {
    refused: status === 403 || /^error validating (token|claims)/.test(words),
    answer: `${status} ${words}`,
    requestId: undefined,
  };
}
