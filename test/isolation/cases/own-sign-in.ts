/** Who has the session broker name a function to Vault, in a stack whose Vault takes tokens of the product's own issuer. */
import { claims } from './attempts.ts';
import { type Case, type Clients, decide, type Harness } from './case.ts';
import { ownIssuer } from './own-issuer.ts';

type Who = (harness: Harness) => Clients;

const ownRoles = {
  ControlPlaneRole: 'FunctionsTenants',
  ReconcilerRole: 'FunctionsReconciler',
  CertificatesRole: 'FunctionsCertificates',
};
const functions = Object.entries(ownRoles);

const named = (attempts: readonly (readonly [string, Case['attempt']])[]) =>
  Object.fromEntries(attempts);

const asks = (who: Who) => (harness: Harness) =>
  who(harness).lambda.invoke({ FunctionName: harness.brokerArn, InvocationType: 'DryRun' });

/** Those that may ask for sessions are tried by their signature: test/e2e/function-token.test.ts. */
const strangers: Readonly<Record<string, Who>> = {
  "a tenant's session": ({ tenants }) => tenants[0] as Clients,
  'a session of the tenant role without a tenant': ({ untagged }) => untagged,
  "a tenant's reader": ({ tenants }) => tenants[0]?.reader as Clients,
  'the session broker': ({ broker }) => broker,
  'the authorizer': ({ authorizer }) => authorizer,
  'the indexer': ({ indexer }) => indexer,
  'who publishes the keys': ({ inFunction }) => inFunction('OwnIssuerPublisher'),
  ...Object.fromEntries(
    functions.flatMap(([role]) => [
      [`${role} outside of any function`, ({ outside }: Harness) => outside(role)],
      [
        `${role}, passed to another function`,
        ({ inFunction }: Harness) => inFunction('FunctionsCrypto', role),
      ],
    ]),
  ),
};

const invokesAnother =
  (role: string, name: string) =>
  (harness: Harness): Promise<unknown> => {
    const arnOf = (prefix: string) =>
      harness.functionArns.find((arn) => arn.includes(prefix)) as string;
    return decide(
      { ...harness.caller(role), sourceFunctionArn: arnOf(name) },
      { action: 'lambda:InvokeFunction', resource: arnOf('FunctionsCrypto'), context: {} },
    );
  };

const getsTokenOfAws = (who: Who) => (harness: Harness) =>
  who(harness).sts.getWebIdentityToken({
    Audience: ['https://vault.example.com'],
    SigningAlgorithm: 'RS256',
    DurationSeconds: 60,
  });

export const ownSignIn: readonly Case[] = [
  ...ownIssuer,
  ...claims(
    'allowed',
    ['deployed'],
    named(
      functions.map(([role, name]) => [
        `${role} asks the session broker`,
        asks(({ inFunction }) => inFunction(name)),
      ]),
    ),
  ),
  ...claims(
    'denied',
    ['deployed'],
    named([
      ...Object.entries(strangers).map(
        ([name, who]) => [`${name} asks the session broker`, asks(who)] as const,
      ),
      ...functions.map(
        ([role, name]) => [`${role} invokes another function`, invokesAnother(role, name)] as const,
      ),
      ...functions.map(
        ([role, name]) =>
          [
            `${role} gets a token of AWS`,
            getsTokenOfAws(({ inFunction }) => inFunction(name)),
          ] as const,
      ),
      [
        "a tenant's session gets a token of AWS",
        getsTokenOfAws(({ tenants }) => tenants[0] as Clients),
      ],
    ]),
  ),
  ...claims('denied', ['control-open'], {
    'the control plane asks the session broker outside of its function': asks(({ outside }) =>
      outside('ControlPlaneRole'),
    ),
  }),
];
