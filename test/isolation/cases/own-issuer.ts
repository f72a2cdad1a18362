/**
 * The keys of the product's own issuer: a signature of theirs is a tenant's identity elsewhere, so nobody signs but the session
 * broker in its function; and who publishes them can do nothing else.
 */
import { type PolicyDocument, parsePolicy } from '../../../local/iam/policy-document.ts';
import { administration, bytes, claims, first, grant, mapAttempts } from './attempts.ts';
import {
  asRole,
  type Case,
  type Clients,
  decide,
  type Harness,
  otherLogs,
  type Situation,
} from './case.ts';

const signing = 'RSASSA_PKCS1_V1_5_SHA_256';

type Who = (harness: Harness) => Clients;
type Key = Harness['issuerKeys'][number];

const keyAt = ({ issuerKeys }: Harness, at: number): Key => issuerKeys[at] as Key;

const sign =
  (who: Who, at: number, SigningAlgorithm: 'RSASSA_PSS_SHA_256' | typeof signing = signing) =>
  (harness: Harness) =>
    who(harness).kms.sign({ KeyId: keyAt(harness, at).arn, Message: bytes, SigningAlgorithm });

const publicKey = (who: Who, at: number) => (harness: Harness) =>
  who(harness).kms.getPublicKey({ KeyId: keyAt(harness, at).arn });

/** As a tenant's key, for attempts that take one. */
const asKey = (harness: Harness, at: number) => ({
  ...first(harness),
  keyArn: keyAt(harness, at).arn,
});

const broker: Who = (harness) => harness.broker;
const publisher: Who = ({ inFunction }) => inFunction('OwnIssuerPublisher');

const others: Readonly<Record<string, Who>> = {
  "the broker's role outside of any function": ({ outside }) => outside('SessionBrokerRole'),
  "the broker's role, passed to another function": ({ inFunction }) =>
    inFunction('FunctionsCrypto', 'SessionBrokerRole'),
  'who publishes the keys': publisher,
  "a tenant's session": first,
  'a session without a tenant': ({ untagged }) => untagged,
  'the data plane': ({ dataPlane }) => dataPlane,
  'the control plane': ({ controlPlane }) => controlPlane,
  'the reconciler': ({ reconciler }) => reconciler,
  'the certificates function': ({ certificates }) => certificates,
  'the audit function': ({ audit }) => audit,
  'the authorizer': ({ authorizer }) => authorizer,
  'the canary': ({ canary }) => canary,
  'an administrator': ({ operator }) => operator,
  "an administrator with a tenant's tag": ({ impostor }) => impostor,
};

const careless = {
  Sid: 'Careless',
  Effect: 'Allow',
  Principal: { AWS: '*' },
  Action: 'kms:*',
  Resource: '*',
};

/** @param change of the statements of the key's own policy */
const withPolicy = (
  { policy }: Key,
  change: (statements: readonly { readonly Effect: string }[]) => readonly object[],
): PolicyDocument =>
  parsePolicy(
    { ...policy.source, Statement: change(policy.source.Statement as { Effect: string }[]) },
    'KeyPolicy',
    'resource',
  );

/** A role to which somebody has given everything, where the key's policy has been changed too. */
const asOpenRole =
  (
    role: string,
    action: string,
    at: number,
    change: (statements: readonly { readonly Effect: string }[]) => readonly object[],
  ): Case['attempt'] =>
  (harness) => {
    const key = keyAt(harness, at);
    const { administratorPolicies: identityPolicies } = harness;
    const caller = { ...harness.caller(role), identityPolicies };
    const context = { 'kms:SigningAlgorithm': signing };
    return decide(caller, { action, resource: key.arn, context }, withPolicy(key, change));
  };

const carelessly = (statements: readonly object[]) => [...statements, careless];
const undenied = (statements: readonly { readonly Effect: string }[]) =>
  statements.filter(({ Effect }) => Effect === 'Allow');

const everywhere: readonly Situation[] = ['deployed', 'role-open', 'control-open'];
const roles = [
  'TenantRole',
  'ControlPlaneRole',
  'ReconcilerRole',
  'CertificatesRole',
  'OwnIssuerRole',
];
const byRole = (words: string, attempt: (role: string) => Case['attempt']) =>
  Object.fromEntries(roles.map((role) => [`${role} ${words}`, attempt(role)]));

const onKey = (title: string, at: number): readonly Case[] => [
  ...claims('allowed', ['deployed'], {
    [`the broker signs with ${title}`]: sign(broker, at),
    [`who publishes the keys reads ${title}`]: publicKey(publisher, at),
    [`an administrator reads ${title}`]: publicKey(({ operator }) => operator, at),
    [`an administrator tags ${title}`]: (harness) =>
      harness.operator.kms.tagResource({
        KeyId: keyAt(harness, at).arn,
        Tags: [{ TagKey: 'Note', TagValue: 'x' }],
      }),
  }),
  ...claims('denied', everywhere, {
    ...Object.fromEntries(
      Object.entries(others).map(([who, as]) => [`${who} signs with ${title}`, sign(as, at)]),
    ),
    [`the broker signs by another algorithm with ${title}`]: sign(broker, at, 'RSASSA_PSS_SHA_256'),
    [`an administrator grants the right to sign with ${title}`]: (harness) =>
      grant(harness.operator, asKey(harness, at), harness),
  }),
  ...claims('denied', ['deployed'], {
    [`a tenant's session reads ${title}`]: publicKey(first, at),
    [`the data plane reads ${title}`]: publicKey(({ dataPlane }) => dataPlane, at),
    ...mapAttempts(
      `a tenant's session on ${title}`,
      administration,
      (attempt) => (harness) => attempt(first(harness), asKey(harness, at), harness),
    ),
    ...mapAttempts(
      `who publishes the keys on ${title}`,
      administration,
      (attempt) => (harness) => attempt(publisher(harness), asKey(harness, at), harness),
    ),
    ...byRole(`signs with ${title}, where policies allow everything`, (role) =>
      asOpenRole(role, 'kms:Sign', at, carelessly),
    ),
    ...byRole(`grants on ${title}, where policies allow everything`, (role) =>
      asOpenRole(role, 'kms:CreateGrant', at, carelessly),
    ),
    ...byRole(`changes the policy of ${title}, by a policy that allows everything`, (role) =>
      asOpenRole(role, 'kms:PutKeyPolicy', at, (own) => own),
    ),
    ...byRole(`signs with ${title}, where its Denies are lost`, (role) =>
      asOpenRole(role, 'kms:Sign', at, undenied),
    ),
  }),
  ...claims('denied', ['control-open'], {
    [`the control plane disables ${title}`]: (harness) =>
      harness.controlPlane.kms.disableKey({ KeyId: keyAt(harness, at).arn }),
  }),
];

export const ownIssuer: readonly Case[] = [
  ...onKey('the key that signs', 0),
  ...onKey('the key that signs next', 1),
  ...claims('denied', ['deployed'], {
    "who publishes the keys reads another key's public half": (harness) =>
      publisher(harness).kms.getPublicKey({ KeyId: harness.certificateKeyArn }),
    'who publishes the keys lists keys': (harness) => publisher(harness).kms.listKeys({}),
    'who publishes the keys reads a row': (harness) =>
      publisher(harness).dynamodb.getItem({
        TableName: harness.tableName,
        Key: { tenantId: { S: 'acme' } },
      }),
    'who publishes the keys invokes the session broker': (harness) =>
      publisher(harness).lambda.invoke({ FunctionName: harness.brokerArn }),
    "who publishes the keys writes into somebody else's log": asRole(
      'OwnIssuerRole',
      'logs:PutLogEvents',
      otherLogs,
    ),
    "a tenant's session assumes the role that publishes the keys": (harness) =>
      first(harness).sts.assumeRole({
        RoleArn: harness.roleArns.find((arn) => arn.includes('OwnIssuerRole')),
        RoleSessionName: 'mallory',
      }),
    'the broker signs certificates': (harness) =>
      harness.broker.kms.sign({
        KeyId: harness.certificateKeyArn,
        Message: bytes,
        SigningAlgorithm: 'ECDSA_SHA_256',
      }),
  }),
];
