/** What the cases are made of: attempts on a key, on a row, on the tenant role. */
import type { Case, Clients, Outcome, Situation, Tenant, World } from './case.ts';
import { outcomeOf } from './case.ts';

export const context = (tenantId: string) => ({ TenantId: tenantId });
export const bytes = new TextEncoder().encode('x');

/** @returns claims that hold in the situations named: by default, only as deployed */
export function claims(
  expected: Outcome,
  where: readonly Situation[],
  attempts: Readonly<Record<string, Case['attempt']>>,
): Case[] {
  return Object.entries(attempts).map(([name, attempt]) => ({
    name,
    expected,
    situations: where,
    attempt,
  }));
}

export type KeyAttempt = (who: Clients, key: Tenant, world: World) => Promise<unknown>;

/** Cryptography with a tenant's key, as that tenant's own session would do it. */
export const cryptography: Readonly<Record<string, KeyAttempt>> = {
  Encrypt: ({ kms }, key) =>
    kms.encrypt({
      KeyId: key.keyArn,
      Plaintext: bytes,
      EncryptionContext: context(key.tenantId),
    }),
  Decrypt: ({ kms }, key) =>
    kms.decrypt({ CiphertextBlob: key.ciphertext, EncryptionContext: context(key.tenantId) }),
  GenerateDataKey: ({ kms }, key) =>
    kms.generateDataKey({
      KeyId: key.keyArn,
      KeySpec: 'AES_256',
      EncryptionContext: context(key.tenantId),
    }),
  GenerateDataKeyWithoutPlaintext: ({ kms }, key) =>
    kms.generateDataKeyWithoutPlaintext({
      KeyId: key.keyArn,
      KeySpec: 'AES_256',
      EncryptionContext: context(key.tenantId),
    }),
};

/** From one tenant's key to another's, with the contexts that those tenants' own sessions would give. */
export const reEncrypt = ({ kms }: Clients, from: Tenant, to: Tenant) =>
  kms.reEncrypt({
    CiphertextBlob: from.ciphertext,
    SourceEncryptionContext: context(from.tenantId),
    DestinationKeyId: to.keyArn,
    DestinationEncryptionContext: context(to.tenantId),
  });

/** Everything else that would lead to the key in the end. */
export const administration: Readonly<Record<string, KeyAttempt>> = {
  DescribeKey: ({ kms }, key) => kms.describeKey({ KeyId: key.keyArn }),
  PutKeyPolicy: ({ kms }, key, world) =>
    kms.putKeyPolicy({
      KeyId: key.keyArn,
      PolicyName: 'default',
      Policy: world.keyPolicyOf(key.tenantId),
    }),
  TagResource: ({ kms }, key) =>
    kms.tagResource({ KeyId: key.keyArn, Tags: [{ TagKey: 'Note', TagValue: 'x' }] }),
  UntagResource: ({ kms }, key) => kms.untagResource({ KeyId: key.keyArn, TagKeys: ['Note'] }),
  CreateAlias: ({ kms }, key) =>
    kms.createAlias({
      AliasName: `alias/tenant-keys/${crypto.randomUUID()}`,
      TargetKeyId: key.keyArn,
    }),
  DisableKeyRotation: ({ kms }, key) => kms.disableKeyRotation({ KeyId: key.keyArn }),
};

export const grant: KeyAttempt = ({ kms }, key) =>
  kms.createGrant({
    KeyId: key.keyArn,
    GranteePrincipal: 'arn:aws:iam::111122223333:role/Mallory',
    Operations: ['Decrypt'],
  });

/** Last of all, and never where it could succeed: it would end the world for the cases after it. */
export const deletion: KeyAttempt = ({ kms }, key) =>
  kms.scheduleKeyDeletion({ KeyId: key.keyArn, PendingWindowInDays: 30 });

/** Every ordered pair of different tenants. */
export function pairs(world: World): [Tenant, Tenant][] {
  return world.tenants.flatMap((one) =>
    world.tenants.filter((other) => other !== one).map((other): [Tenant, Tenant] => [one, other]),
  );
}

/** An attempt that is made for each of the pairs: allowed if one single pair gets through. */
export function forAllPairs(attempt: KeyAttempt): Case['attempt'] {
  return (world) =>
    anyAllowed(
      pairs(world).map(
        ([who, key]) =>
          () =>
            attempt(who, key, world),
      ),
    );
}

/** @throws the last refusal if all were refused */
export async function anyAllowed(attempts: readonly (() => Promise<unknown>)[]): Promise<unknown> {
  let refusal: unknown;
  for (const attempt of attempts) {
    try {
      return await attempt();
    } catch (error) {
      if (outcomeOf(error) !== 'denied') throw error;
      refusal = error;
    }
  }
  throw refusal;
}

export const mapAttempts = (
  prefix: string,
  attempts: Readonly<Record<string, KeyAttempt>>,
  wrap: (attempt: KeyAttempt) => Case['attempt'],
) =>
  Object.fromEntries(
    Object.entries(attempts).map(([name, attempt]) => [`${prefix}: ${name}`, wrap(attempt)]),
  );

export const first = (world: World) => world.tenants[0] as Tenant;
export const oneLock: readonly Situation[] = [
  'deployed',
  'role-open',
  'key-open',
  'key-careless',
  'role-open-key-careless',
];
export const keyLock: readonly Situation[] = [
  'deployed',
  'role-open',
  'key-careless',
  'role-open-key-careless',
];

export const getRow = (world: World, tenantId: string) => ({
  TableName: world.tableName,
  Key: { tenantId: { S: tenantId } },
});

/** Asks for a tenant's events. */
export const queryEvents = (world: World, tenantId: string, TableName = world.auditTableName) => ({
  TableName,
  KeyConditionExpression: 'tenantId = :tenantId',
  ExpressionAttributeValues: { ':tenantId': { S: tenantId } },
});

export interface Assume {
  /** by default, the tenant role */
  readonly roleArn?: string;
  readonly tenantId?: string;
  readonly sessionName?: string;
  readonly tags?: readonly { readonly Key: string; readonly Value: string }[];
  readonly transitive?: readonly string[];
}

export function assume({ sts }: Clients, world: World, options: Assume): Promise<unknown> {
  const { tenantId = 'acme' } = options;
  return sts.assumeRole({
    RoleArn: options.roleArn ?? world.tenantRoleArn,
    RoleSessionName: options.sessionName ?? tenantId,
    Tags: [...(options.tags ?? [{ Key: 'TenantId', Value: tenantId }])],
    ...(options.transitive && { TransitiveTagKeys: [...options.transitive] }),
  });
}
