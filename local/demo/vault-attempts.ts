/** The attempts of globex, and of the product's own functions, at acme's key in a Vault: it answers in its own words. */
import { STS } from '@aws-sdk/client-sts';
import type { Credentials } from '../aws/authentication/credentials.ts';
import type { LocalStack } from '../stack.ts';
import type { VaultServer } from '../vault-setup.ts';
import { type Attempt, httpAttempts, type Result, refusal, type Target } from './attempts.ts';
import { configuration, functionNamed, sessionOf } from './principals.ts';

interface VaultAnswer {
  readonly status: number;
  readonly auth?: { readonly client_token: string };
  readonly errors?: readonly string[];
}

export interface VaultAttempts {
  readonly ofOthers: readonly Attempt[];
  readonly ofTheSuspended: Attempt;
}

export function vaultAttempts({ address }: VaultServer): VaultAttempts {
  const post = async (path: string, body: object, token?: string): Promise<VaultAnswer> => {
    const response = await fetch(new URL(`/v1/${path}`, address), {
      method: 'POST',
      headers: token === undefined ? {} : { 'X-Vault-Token': token },
      body: JSON.stringify(body),
    });
    return { status: response.status, ...((await response.json()) as object) };
  };
  const logIn = async (stack: LocalStack, credentials: Credentials, role: string) =>
    post('auth/tenant-keys/login', { role, jwt: await tokenOf(stack, credentials, address) });
  const sessionFor = async (stack: LocalStack, credentials: Credentials, role: string) =>
    (await logIn(stack, credentials, role)).auth?.client_token ?? 'none';

  const unwrapAs = async (stack: LocalStack, tenantId: string, target: Target) => {
    const session = await sessionOf(stack, tenantId);
    const token = await sessionFor(stack, session, `tenant-${tenantId}`);
    return resultOf(await post(...unwrapping(target), token));
  };

  const ofOthers: readonly Attempt[] = [
    ...httpAttempts,
    {
      name: "globex's session in the store, with acme's key",
      because:
        "the path in the tenant's policy ends with the tenant that AWS has put into the token",
      run: (stack, target) => unwrapAs(stack, target.globex, target),
    },
    {
      name: "globex's token of AWS at acme's role in the store",
      because: 'the role compares the tenant in the token, of which AWS vouches',
      run: async (stack, { acme, globex }) =>
        resultOf(await logIn(stack, await sessionOf(stack, globex), `tenant-${acme}`)),
    },
    {
      name: "globex's token of AWS at the control plane's role in the store",
      because: 'the role compares the ARN of who asked AWS for the token',
      run: async (stack, { globex }) =>
        resultOf(await logIn(stack, await sessionOf(stack, globex), 'control-plane')),
    },
    {
      name: "globex's session asks AWS for a token for another store",
      run: async (stack, { globex }) =>
        refusal(tokenOf(stack, await sessionOf(stack, globex), 'https://another.example.com')),
    },
    {
      name: "the control plane, signed in to the store as itself, with acme's key",
      because: 'the policies of the product’s functions make, rotate and delete keys, and use none',
      run: async (stack, target) => {
        const credentials = stack.deployment.issueTo(functionNamed(stack, 'tenants'));
        const token = await sessionFor(stack, credentials, 'control-plane');
        return resultOf(await post(...unwrapping(target), token));
      },
    },
    {
      name: "the control plane deletes acme's key",
      because: 'the reconciler alone deletes keys, after the window',
      run: async (stack, { acme }) => {
        const credentials = stack.deployment.issueTo(functionNamed(stack, 'tenants'));
        const token = await sessionFor(stack, credentials, 'control-plane');
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

async function tokenOf(stack: LocalStack, credentials: Credentials, audience: string) {
  const { WebIdentityToken } = await new STS(configuration(stack, credentials)).getWebIdentityToken(
    { Audience: [audience], DurationSeconds: 300, SigningAlgorithm: 'RS256' },
  );
  return WebIdentityToken;
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
