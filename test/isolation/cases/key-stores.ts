/** Who gets tokens of AWS for a key store elsewhere, and who assumes roles in tenants' accounts: in a stack that has such a store. */
import { parsePolicy } from '../../../local/iam/policy-document.ts';
import { claims } from './attempts.ts';
import { type Case, type Clients, decide, type Harness, type Situation } from './case.ts';
import { ownIssuer } from './own-issuer.ts';

export const store = 'https://vault.example.com';
export const tenantAccount = '222222222222';

type Who = (harness: Harness) => Clients;
interface Asked {
  readonly Audience?: string[];
  readonly SigningAlgorithm?: string;
  readonly DurationSeconds?: number | undefined;
  readonly Tags?: { readonly Key: string; readonly Value: string }[];
}

const asks =
  (who: Who, asked: Asked = {}) =>
  (harness: Harness) =>
    who(harness).sts.getWebIdentityToken({
      Audience: [store],
      SigningAlgorithm: 'RS256',
      DurationSeconds: 300,
      ...asked,
    });

const acme: Who = ({ tenants }) => tenants[0] as Clients;
/** The roles that sign in by themselves, with the functions that they are for. */
const ownRoles = {
  ControlPlaneRole: 'FunctionsTenants',
  ReconcilerRole: 'FunctionsReconciler',
  CertificatesRole: 'FunctionsCertificates',
};
const functions = Object.entries(ownRoles);
const askers: Readonly<Record<string, Who>> = {
  "a tenant's session": acme,
  ...Object.fromEntries(
    functions.map(([role, name]) => [role, ({ inFunction }: Harness) => inFunction(name)]),
  ),
};

/** What nobody may ask for. */
const others: Readonly<Record<string, Asked>> = {
  'for another audience': { Audience: ['https://elsewhere.example'] },
  'for the store and another': { Audience: [store, 'https://elsewhere.example'] },
  'for longer': { DurationSeconds: 301 },
  'without a duration': { DurationSeconds: undefined },
  'with another signature': { SigningAlgorithm: 'ES384' },
  'with a tag': { Tags: [{ Key: 'TenantId', Value: 'globex' }] },
};

const strangers: Readonly<Record<string, Who>> = {
  'a session of the tenant role without a tenant': ({ untagged }) => untagged,
  "a tenant's reader": ({ tenants }) => tenants[0]?.reader as Clients,
  'the data plane': ({ dataPlane }) => dataPlane,
  'the session broker': ({ broker }) => broker,
  'the audit function': ({ audit }) => audit,
  'the authorizer': ({ authorizer }) => authorizer,
  'the indexer': ({ indexer }) => indexer,
  'the canary': ({ canary }) => canary,
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

const deployed: readonly Situation[] = ['deployed'];
const named = (attempts: readonly (readonly [string, Case['attempt']])[]) =>
  Object.fromEntries(attempts);

const azureAudience = 'api://AzureADTokenExchange';

/** A session of a tenant signs in to Azure by a token of the product's own issuer (own-issuer.ts). */
const azureTokens: Case[] = [
  ...claims(
    'allowed',
    deployed,
    named(
      functions.map(([role, name]) => [
        `${role} signs in to Azure`,
        asks(({ inFunction }) => inFunction(name), { Audience: [azureAudience] }),
      ]),
    ),
  ),
  ...claims(
    'denied',
    deployed,
    named([
      [
        "a tenant's session signs in to Azure by a token of AWS",
        asks(acme, { Audience: [azureAudience] }),
      ],
      ...Object.entries(strangers).map(
        ([name, who]) =>
          [`${name} signs in to Azure`, asks(who, { Audience: [azureAudience] })] as const,
      ),
      ...functions.flatMap(([role, name]) =>
        Object.entries({
          'for Azure and Vault': { Audience: [azureAudience, store] },
          'for Azure, for longer': { Audience: [azureAudience], DurationSeconds: 301 },
          'for Azure without a duration': {
            Audience: [azureAudience],
            DurationSeconds: undefined,
          },
          'for Azure with another signature': {
            Audience: [azureAudience],
            SigningAlgorithm: 'ES384',
          },
        }).map(
          ([what, asked]) =>
            [
              `${role} asks for a token ${what}`,
              asks(({ inFunction }) => inFunction(name), asked),
            ] as const,
        ),
      ),
    ]),
  ),
];

const tokens: Case[] = [
  ...claims(
    'allowed',
    deployed,
    named(Object.entries(askers).map(([name, who]) => [`${name} signs in`, asks(who)])),
  ),
  ...claims(
    'denied',
    deployed,
    named([
      ...Object.entries(strangers).map(([name, who]) => [`${name} signs in`, asks(who)] as const),
      ...Object.entries(askers).flatMap(([name, who]) =>
        Object.entries(others).map(
          ([what, asked]) => [`${name} asks for a token ${what}`, asks(who, asked)] as const,
        ),
      ),
    ]),
  ),
  ...claims('denied', ['role-open'], {
    'a session without a tenant signs in': asks(({ untagged }) => untagged),
  }),
  ...claims('denied', ['control-open'], {
    'the control plane signs in outside of its function': asks(({ outside }) =>
      outside('ControlPlaneRole'),
    ),
  }),
];

/** What no call can show: a request without an audience, which the API does not take. */
const withoutAudience = claims(
  'denied',
  deployed,
  named(
    Object.entries({ TenantRole: undefined, ...ownRoles }).map(([role, name]) => [
      `${role} asks for a token for nobody`,
      (harness: Harness) =>
        decide(
          { ...harness.caller(role), ...sourceOf(harness, name) },
          {
            action: 'sts:GetWebIdentityToken',
            resource: '*',
            context: { 'sts:SigningAlgorithm': 'RS256', 'sts:DurationSeconds': '300' },
          },
        ),
    ]),
  ),
);

const sourceOf = ({ functionArns }: Harness, name: string | undefined) =>
  name === undefined
    ? {}
    : { sourceFunctionArn: functionArns.find((arn) => arn.includes(name)) as string };

/** As if a role of the tenant's account let in whoever asks: what is left are the policies of the caller. */
const trustsEverybody = parsePolicy(
  {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'Everybody',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: ['sts:AssumeRole', 'sts:TagSession'],
      },
    ],
  },
  'trust policy of a careless tenant',
  'resource',
);

const roleOf = (tenantId: string, account = tenantAccount) =>
  `arn:aws:iam::${account}:role/TenantKeys/${tenantId}`;

/** Sessions here are of the tenant acme. */
const assumes =
  (resource: string, tenantId: string | undefined, role = 'TenantRole') =>
  async (harness: Harness) => {
    const context = tenantId === undefined ? {} : { 'aws:RequestTag/TenantId': tenantId };
    for (const action of ['sts:AssumeRole', 'sts:TagSession']) {
      const request = { action, resource, context };
      await decide(harness.caller(role), request, trustsEverybody);
    }
  };

const roles: Case[] = [
  ...claims('allowed', deployed, {
    "a tenant's session assumes its own role in the tenant's account": assumes(
      roleOf('acme'),
      'acme',
    ),
  }),
  ...claims('denied', deployed, {
    "a tenant's session assumes another's role": assumes(roleOf('globex'), 'globex'),
    "a tenant's session assumes another's role, tagged as itself": assumes(
      roleOf('globex'),
      'acme',
    ),
    'a tenant whose id begins another is not that one': assumes(roleOf('acme2'), 'acme'),
    "a tenant's session assumes its own role, tagged as another": assumes(roleOf('acme'), 'globex'),
    "a tenant's session assumes its own role without a tag": assumes(roleOf('acme'), undefined),
    "a tenant's session assumes its own role in an account that is not listed": assumes(
      roleOf('acme', '333333333333'),
      'acme',
    ),
    "a tenant's session assumes a role of another stack's": assumes(
      `arn:aws:iam::${tenantAccount}:role/Other/acme`,
      'acme',
    ),
    "a tenant's reader assumes the tenant's role": assumes(
      roleOf('acme'),
      'acme',
      'AuditReaderRole',
    ),
    "the control plane assumes a tenant's role": assumes(
      roleOf('acme'),
      'acme',
      'ControlPlaneRole',
    ),
    "the data plane assumes a tenant's role": assumes(roleOf('acme'), 'acme', 'DataPlaneRole'),
  }),
];

/** The session broker finds out whether such a role lets in others than the tenant's session, and needs to be able to ask. */
const tries =
  (resource: string, name: string | undefined = 'FunctionsSessionBroker') =>
  (harness: Harness) =>
    decide(
      { ...harness.caller('SessionBrokerRole'), ...sourceOf(harness, name) },
      { action: 'sts:AssumeRole', resource, context: { 'aws:RequestTag/TenantId': 'acme' } },
      trustsEverybody,
    );

const invokes =
  (role: string, name = 'FunctionsSessionBroker') =>
  (harness: Harness) =>
    decide(harness.caller(role), {
      action: 'lambda:InvokeFunction',
      resource: sourceOf(harness, name).sourceFunctionArn as string,
      context: {},
    });

const challenges: Case[] = [
  ...claims('allowed', deployed, {
    "the session broker tries a tenant's role": tries(roleOf('acme')),
    'the control plane asks the session broker': invokes('ControlPlaneRole'),
  }),
  ...claims('denied', deployed, {
    "the session broker's role tries a tenant's role in another function": tries(
      roleOf('acme'),
      'FunctionsCrypto',
    ),
    'the session broker tries a role in an account that is not listed': tries(
      roleOf('acme', '333333333333'),
    ),
    "the session broker tries a role of another stack's": tries(
      `arn:aws:iam::${tenantAccount}:role/Other/acme`,
    ),
    'the session broker tries a role without a path': tries(
      `arn:aws:iam::${tenantAccount}:role/TenantKeys`,
    ),
    'the control plane invokes the data plane': invokes('ControlPlaneRole', 'FunctionsCrypto'),
    'the reconciler asks the session broker': invokes('ReconcilerRole'),
    'the function of certificates asks the session broker': invokes('CertificatesRole'),
  }),
];

export const keyStores: readonly Case[] = [...tokens, ...withoutAudience, ...roles, ...challenges];

/** Where the stack has an Azure Key Vault besides. */
export const azureKeyVaults: readonly Case[] = [...azureTokens, ...ownIssuer];
