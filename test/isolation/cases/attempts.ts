/** What the cases are made of: attempts on a key, on a row, on the tenant role. */
import type { Case, CaseOutcome, Clients, Harness, Situation, Tenant } from './case.ts';
import { outcomeOf } from './case.ts';

export const context = (tenantId: string) => ({ TenantId: tenantId });
export const bytes = new TextEncoder().encode('x');

/** @returns claims that hold in the named situations */
export function claims(
  expected: CaseOutcome,
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

export type KeyAttempt = (who: Clients, key: Tenant, harness: Harness) => Promise<unknown>;

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

/** From one tenant's key to another's, with the contexts that those tenants' own sessions would use. */
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
  PutKeyPolicy: ({ kms }, key, harness) =>
    kms.putKeyPolicy({
      KeyId: key.keyArn,
      PolicyName: 'default',
      Policy: harness.keyPolicyOf(key.tenantId),
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

/** Only where it must be refused: a success would end the key for the cases after it. */
export const deletion: KeyAttempt = ({ kms }, key) =>
  kms.scheduleKeyDeletion({ KeyId: key.keyArn, PendingWindowInDays: 30 });

/** Every ordered pair of different tenants. */
export function pairs(harness: Harness): [Tenant, Tenant][] {
  return harness.tenants.flatMap((one) =>
    harness.tenants.filter((other) => other !== one).map((other): [Tenant, Tenant] => [one, other]),
  );
}

/** Makes the attempt for each of the pairs: allowed if a single pair gets through. */
export function forAllPairs(attempt: KeyAttempt): Case['attempt'] {
  return (harness) =>
    anyAllowed(
      pairs(harness).map(
        ([who, key]) =>
          () =>
            attempt(who, key, harness),
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

export const first = (harness: Harness) => harness.tenants[0] as Tenant;
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

export const getRow = (harness: Harness, tenantId: string) => ({
  TableName: harness.tableName,
  Key: { tenantId: { S: tenantId } },
});

/** Asks for a tenant's events. */
export const queryEvents = (
  harness: Harness,
  tenantId: string,
  TableName = harness.auditTableName,
) => ({
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

export function assume({ sts }: Clients, harness: Harness, options: Assume): Promise<unknown> {
  const { tenantId = 'acme' } = options;
  return sts.assumeRole({
    RoleArn: options.roleArn ?? harness.tenantRoleArn,
    RoleSessionName: options.sessionName ?? tenantId,
    Tags: [...(options.tags ?? [{ Key: 'TenantId', Value: tenantId }])],
    ...(options.transitive && { TransitiveTagKeys: [...options.transitive] }),
  });
}
