/** By which tokens tenants and functions sign in to the demo's store: AWS's, or those of the stack's own issuer. */
import { STS } from '@aws-sdk/client-sts';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Credentials } from '../aws/authentication/credentials.ts';
import { Sha256 } from '../aws/sha256.ts';
import type { LocalStack } from '../stack.ts';
import type { VaultServer } from '../vault-setup.ts';
import { tokenFor } from './api.ts';
import { type Attempt, refusal } from './attempts.ts';
import { configuration, environmentOf, functionNamed, invoked, sessionOf } from './principals.ts';

export interface VaultTokens {
  /** whose they are */
  readonly kind: string;
  /** who says so, of the tenant that a token names */
  readonly vouchedBy: string;
  readonly functionsName: string;
  ofTenant(stack: LocalStack, tenantId: string): Promise<string>;
  /** @param bundle the name of the function's file in lambdas/ */
  ofFunction(stack: LocalStack, bundle: string): Promise<string>;
  /** globex wants one that it is not to have */
  readonly another: Attempt;
}

export const vaultTokens = ({ address, tokenIssuer }: VaultServer): VaultTokens =>
  tokenIssuer === 'own' ? tokensOfOurs : tokensOfSts(address);

function tokensOfSts(address: string): VaultTokens {
  const tokenOf = async (stack: LocalStack, credentials: Credentials, audience = address) => {
    const sts = new STS(configuration(stack, credentials));
    const asked = { Audience: [audience], DurationSeconds: 300, SigningAlgorithm: 'RS256' };
    return String((await sts.getWebIdentityToken(asked)).WebIdentityToken);
  };
  return {
    kind: 'AWS',
    vouchedBy: 'AWS',
    functionsName: 'the ARN of who asked AWS for the token',
    ofTenant: async (stack, tenantId) => tokenOf(stack, await sessionOf(stack, tenantId)),
    ofFunction: (stack, bundle) => tokenOf(stack, credentialsOf(stack, bundle)),
    another: {
      name: "globex's session asks AWS for a token for another store",
      run: async (stack, { globex }) =>
        refusal(tokenOf(stack, await sessionOf(stack, globex), 'https://another.example.com')),
    },
  };
}

const tokensOfOurs: VaultTokens = {
  kind: "the stack's own issuer",
  vouchedBy: 'the session broker',
  functionsName: 'the function that STS has named to the session broker',
  ofTenant: async (stack, tenantId) => (await askForToken(stack, tenantId)).identityToken,
  async ofFunction(stack, bundle) {
    const credentials = credentialsOf(stack, bundle);
    const event = { wants: 'function-token', signed: await signedIdentity(stack, credentials) };
    const { answer } = await invoked(stack, credentials, { bundle: 'session-broker', event });
    return answer.identityToken;
  },
  another: {
    name: "globex's bearer token asks the session broker for a token that names acme",
    because: 'the session broker checks the bearer token itself, and names its tenant alone',
    run: async (stack, { globex, acme }) => {
      const { outcome } = await askForToken(stack, globex, acme);
      return { refused: outcome === 'forbidden', answer: outcome, requestId: undefined };
    },
  },
};

const credentialsOf = (stack: LocalStack, bundle: string): Credentials =>
  stack.deployment.issueTo(functionNamed(stack, bundle));

/** As the data plane asks, with the caller's token. */
async function askForToken(stack: LocalStack, caller: string, tenantId = caller) {
  const token = await tokenFor(stack, 'tenant-keys/crypto', caller);
  const event = { wants: 'identity-token', token, tenantId, keyStore: 'vault' };
  return (await invoked(stack, environmentOf(stack), { bundle: 'session-broker', event })).answer;
}

/** Signed as by functions of the product (`lambdas/aws/signed-caller-identity.ts`): for the session broker to send. */
async function signedIdentity(stack: LocalStack, credentials: Credentials) {
  const { protocol, hostname, host } = new URL(stack.aws);
  const body = 'Action=GetCallerIdentity&Version=2011-06-15';
  const signer = new SignatureV4({
    service: 'sts',
    region: stack.region,
    credentials,
    sha256: Sha256,
  });
  const { headers } = await signer.sign({
    ...{ method: 'POST', protocol, hostname, path: '/', query: {}, body },
    headers: {
      host,
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': String(body.length),
      'x-tenant-keys-broker': functionNamed(stack, 'session-broker').name,
    },
  });
  return Object.fromEntries(
    ['authorization', 'x-amz-date', 'x-amz-security-token'].map((name) => [name, headers[name]]),
  );
}
