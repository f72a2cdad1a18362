/** The keys that sign certificates, over the endpoint: one function signs with them, and with nothing else. */
import { createHash } from 'node:crypto';
import { administration, bytes, claims, first, getRow, grant, mapAttempts } from './attempts.ts';
import type { Case, Clients, Harness } from './case.ts';
import { onBothSigningKeys, signingAlgorithmOf } from './signing-keys.ts';

const digest = createHash('sha256').update(bytes).digest();

type Who = (harness: Harness) => Clients;
const sign =
  (who: Who, keyOf = (harness: Harness) => harness.certificateKeyArn): Case['attempt'] =>
  (harness) =>
    who(harness).kms.sign({
      KeyId: keyOf(harness),
      Message: bytes,
      SigningAlgorithm: signingAlgorithmOf(harness),
    });

const signDigest =
  (who: Who): Case['attempt'] =>
  (harness) =>
    who(harness).kms.sign({
      KeyId: harness.certificateKeyArn,
      Message: digest,
      MessageType: 'DIGEST',
      SigningAlgorithm: signingAlgorithmOf(harness),
    });

const publicKey =
  (who: Who): Case['attempt'] =>
  (harness) =>
    who(harness).kms.getPublicKey({ KeyId: harness.certificateKeyArn });

/** The key of certificates as a tenant's key, for attempts that take one. */
const asKey = (harness: Harness) => ({ ...first(harness), keyArn: harness.certificateKeyArn });

const others: Readonly<Record<string, Who>> = {
  'an administrator': (harness) => harness.operator,
  "an administrator with a tenant's tag": (harness) => harness.impostor,
  'the control plane': (harness) => harness.controlPlane,
  'the data plane': (harness) => harness.dataPlane,
  'the authorizer': (harness) => harness.authorizer,
  'the function of declared tenants': (harness) => harness.declaredTenants,
  "a tenant's session": first,
  'a session without a tenant': (harness) => harness.untagged,
};

const otherSigners = (how: string, attempt: (who: Who) => Case['attempt']) =>
  Object.fromEntries(Object.entries(others).map(([who, as]) => [`${who} ${how}`, attempt(as)]));

/** What it may not do though it may see every key. */
const { DescribeKey: _, ...changes } = administration;

const own: Who = (harness) => harness.certificates;

const onSigningKeys: readonly Case[] = [
  ...claims('allowed', ['deployed'], {
    'the certificates function signs a message': sign(own),
    'the certificates function reads the public key': publicKey(own),
    'an administrator reads the public key': publicKey((harness) => harness.operator),
  }),
  // Also with a tenant role or a control plane whose own policy allows everything.
  ...claims('denied', ['deployed', 'role-open', 'control-open'], {
    ...otherSigners('signs a certificate', sign),
    ...otherSigners('signs the digest of a certificate', signDigest),
    'an administrator grants the right to sign': (harness) =>
      grant(harness.operator, asKey(harness), harness),
  }),
  ...claims('denied', ['deployed'], {
    "a tenant's session reads the public key": publicKey(first),
    ...mapAttempts(
      "a tenant's session on the key of certificates",
      administration,
      (attempt) => (harness) => attempt(first(harness), asKey(harness), harness),
    ),
    ...mapAttempts(
      'the certificates function on the key it signs with',
      changes,
      (attempt) => (harness) => attempt(harness.certificates, asKey(harness), harness),
    ),
  }),
];

export const certificates: readonly Case[] = [
  ...onBothSigningKeys(onSigningKeys),
  ...claims('allowed', ['deployed'], {
    // ML-DSA has no digests.
    'the certificates function signs a digest': signDigest(own),
    "the certificates function sees whether a tenant's key is there": (harness) =>
      harness.certificates.kms.describeKey({ KeyId: first(harness).keyArn }),
  }),
  ...claims('denied', ['deployed'], {
    ...mapAttempts(
      "the certificates function on a tenant's key",
      changes,
      (attempt) => (harness) => attempt(harness.certificates, first(harness), harness),
    ),
    "the certificates function signs with a tenant's key": sign(
      own,
      (harness) => first(harness).keyArn,
    ),
    'the certificates function signs with a foreign key': sign(
      own,
      (harness) => harness.foreignKeyArn,
    ),
    'the certificates function creates a key': (harness) => harness.certificates.kms.createKey({}),
    'the certificates function lists keys': (harness) => harness.certificates.kms.listKeys({}),
    'the certificates function writes a row': ({ certificates: { dynamodb }, tableName }) =>
      dynamodb.putItem({ TableName: tableName, Item: { tenantId: { S: 'mallory' } } }),
    'the certificates function changes a row': (harness) =>
      harness.certificates.dynamodb.updateItem({
        ...getRow(harness, 'mallory'),
        UpdateExpression: 'SET #s = :s',
        ExpressionAttributeNames: { '#s': 'status' },
        ExpressionAttributeValues: { ':s': { S: 'ERASED' } },
      }),
  }),
];
