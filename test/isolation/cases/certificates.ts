/** The key that signs certificates, over the endpoint: one function signs with it, and with nothing else. */
import { createHash } from 'node:crypto';
import { administration, bytes, claims, first, getRow, grant, mapAttempts } from './attempts.ts';
import type { Case, Clients, World } from './case.ts';

const SigningAlgorithm = 'ECDSA_SHA_256';
const digest = createHash('sha256').update(bytes).digest();

type Who = (world: World) => Clients;
const sign =
  (who: Who, keyOf = (world: World) => world.certificateKeyArn): Case['attempt'] =>
  (world) =>
    who(world).kms.sign({ KeyId: keyOf(world), Message: bytes, SigningAlgorithm });

const signDigest =
  (who: Who): Case['attempt'] =>
  (world) =>
    who(world).kms.sign({
      KeyId: world.certificateKeyArn,
      Message: digest,
      MessageType: 'DIGEST',
      SigningAlgorithm,
    });

const publicKey =
  (who: Who): Case['attempt'] =>
  (world) =>
    who(world).kms.getPublicKey({ KeyId: world.certificateKeyArn });

/** The key of certificates in the place of a tenant's, for attempts that take one. */
const asKey = (world: World) => ({ ...first(world), keyArn: world.certificateKeyArn });

const others: Readonly<Record<string, Who>> = {
  'an administrator': (world) => world.operator,
  "an administrator with a tenant's tag": (world) => world.impostor,
  'the control plane': (world) => world.controlPlane,
  'the data plane': (world) => world.dataPlane,
  'the authorizer': (world) => world.authorizer,
  'the function of declared tenants': (world) => world.declaredTenants,
  "a tenant's session": first,
  'a session without a tenant': (world) => world.untagged,
};

const otherSigners = (how: string, attempt: (who: Who) => Case['attempt']) =>
  Object.fromEntries(Object.entries(others).map(([who, as]) => [`${who} ${how}`, attempt(as)]));

const own: Who = (world) => world.certificates;

export const certificates: readonly Case[] = [
  ...claims('allowed', ['deployed'], {
    'the certificates function signs a message': sign(own),
    'the certificates function signs a digest': signDigest(own),
    'the certificates function reads the public key': publicKey(own),
    'an administrator reads the public key': publicKey((world) => world.operator),
  }),
  // Also with a tenant role or a control plane whose own policy allows everything.
  ...claims('denied', ['deployed', 'role-open', 'control-open'], {
    ...otherSigners('signs a certificate', sign),
    ...otherSigners('signs the digest of a certificate', signDigest),
    'an administrator grants the right to sign': (world) =>
      grant(world.operator, asKey(world), world),
  }),
  ...claims('denied', ['deployed'], {
    "a tenant's session reads the public key": publicKey(first),
    ...mapAttempts(
      "a tenant's session on the key of certificates",
      administration,
      (attempt) => (world) => attempt(first(world), asKey(world), world),
    ),
    ...mapAttempts(
      'the certificates function on the key it signs with',
      administration,
      (attempt) => (world) => attempt(world.certificates, asKey(world), world),
    ),
    ...mapAttempts(
      "the certificates function on a tenant's key",
      administration,
      (attempt) => (world) => attempt(world.certificates, first(world), world),
    ),
    "the certificates function signs with a tenant's key": sign(
      own,
      (world) => first(world).keyArn,
    ),
    'the certificates function signs with a foreign key': sign(own, (world) => world.foreignKeyArn),
    'the certificates function creates a key': (world) => world.certificates.kms.createKey({}),
    'the certificates function lists keys': (world) => world.certificates.kms.listKeys({}),
    'the certificates function writes a row': ({ certificates: { dynamodb }, tableName }) =>
      dynamodb.putItem({ TableName: tableName, Item: { tenantId: { S: 'mallory' } } }),
    'the certificates function changes a row': (world) =>
      world.certificates.dynamodb.updateItem({
        ...getRow(world, 'mallory'),
        UpdateExpression: 'SET #s = :s',
        ExpressionAttributeNames: { '#s': 'status' },
        ExpressionAttributeValues: { ':s': { S: 'ERASED' } },
      }),
  }),
];
