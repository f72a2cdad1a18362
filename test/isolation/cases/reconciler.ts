/** The reconciler's role over the endpoint: what it may repair, on keys made for that, and what it may not. */
import type { CreateKeyCommandInput } from '@aws-sdk/client-kms';
import {
  administration,
  bytes,
  claims,
  context,
  cryptography,
  first,
  grant,
  mapAttempts,
  reEncrypt,
} from './attempts.ts';
import type { Case, Harness, Tenant } from './case.ts';

const owner = [{ TagKey: 'TenantId', TagValue: 'acme' }];
const ofProduct = [...owner, { TagKey: 'ManagedBy', TagValue: 'tenant-keys' }];
const ofOthers = [...owner, { TagKey: 'ManagedBy', TagValue: 'somebody-else' }];

type Tags = typeof ofProduct;
type Change = (harness: Harness, keyArn: string) => Promise<unknown>;

/** Each attempt gets a key of its own with a tenant's key policy, since the attempt may leave it unusable. */
async function createKey(
  { operator, keyPolicyOf }: Harness,
  Tags: Tags,
  type: CreateKeyCommandInput = {},
): Promise<string> {
  const Policy = keyPolicyOf('acme');
  const { KeyMetadata } = await operator.kms.createKey({ Policy, Tags, ...type });
  return KeyMetadata?.Arn as string;
}

/** A key whose policy lets the reconciler do everything: only the Denies of its role are left. */
async function carelessKey({ operator, roleArns }: Harness): Promise<string> {
  const role = roleArns.find((arn) => arn.includes('ReconcilerRole')) as string;
  const { KeyMetadata } = await operator.kms.createKey({
    Tags: ofProduct,
    Policy: JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: [role, 'arn:aws:iam::111122223333:root'] },
          Action: 'kms:*',
          Resource: '*',
        },
      ],
    }),
  });
  return KeyMetadata?.Arn as string;
}

const aliasName = () => `alias/tenant-keys/${crypto.randomUUID()}`;
const putPolicy =
  (bypass: boolean): Change =>
  ({ reconciler, keyPolicyOf }, KeyId) =>
    reconciler.kms.putKeyPolicy({
      KeyId,
      Policy: keyPolicyOf('acme'),
      BypassPolicyLockoutSafetyCheck: bypass,
    });
const schedule =
  (PendingWindowInDays?: number): Change =>
  ({ reconciler }, KeyId) =>
    reconciler.kms.scheduleKeyDeletion({
      KeyId,
      ...(PendingWindowInDays !== undefined && { PendingWindowInDays }),
    });

const changes: Readonly<Record<string, Change>> = {
  EnableKey: ({ reconciler }, KeyId) => reconciler.kms.enableKey({ KeyId }),
  DisableKey: ({ reconciler }, KeyId) => reconciler.kms.disableKey({ KeyId }),
  EnableKeyRotation: ({ reconciler }, KeyId) =>
    reconciler.kms.enableKeyRotation({ KeyId, RotationPeriodInDays: 90 }),
  PutKeyPolicy: putPolicy(false),
  ScheduleKeyDeletion: schedule(30),
  CancelKeyDeletion: async ({ operator, reconciler }, KeyId) => {
    await operator.kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 30 });
    return reconciler.kms.cancelKeyDeletion({ KeyId });
  },
  CreateAlias: ({ reconciler }, TargetKeyId) =>
    reconciler.kms.createAlias({ AliasName: aliasName(), TargetKeyId }),
  UpdateAlias: async (harness, TargetKeyId) => {
    const AliasName = aliasName();
    const held = await createKey(harness, ofProduct);
    await harness.operator.kms.createAlias({ AliasName, TargetKeyId: held });
    return harness.reconciler.kms.updateAlias({ AliasName, TargetKeyId });
  },
};

const on =
  (tags: Tags, change: Change, type?: CreateKeyCommandInput): Case['attempt'] =>
  async (harness) =>
    change(harness, await createKey(harness, tags, type));

const eachChange = (name: string, tags: Tags, type?: CreateKeyCommandInput) =>
  Object.fromEntries(
    Object.entries(changes).map(([action, change]) => [
      `${name}: ${action}`,
      on(tags, change, type),
    ]),
  );

const reports = (Source: string, EventBusName?: string) => (harness: Harness) =>
  harness.reconciler.events.putEvents({
    Entries: [
      {
        Source,
        DetailType: 'Reconciler finding',
        Detail: '{}',
        ...(EventBusName !== undefined && { EventBusName }),
      },
    ],
  });

const { DisableKeyRotation, TagResource, UntagResource } = administration;
const beyondRepair = { DisableKeyRotation, TagResource, UntagResource } as typeof administration;

/** Makes the attempt with a key whose policy allows it. */
const onCareless =
  (attempt: (harness: Harness, keyArn: string) => Promise<unknown>): Case['attempt'] =>
  async (harness) =>
    attempt(harness, await carelessKey(harness));

export const reconciler: readonly Case[] = [
  ...claims('allowed', ['deployed'], {
    ...eachChange("the reconciler changes a key with the product's tag", ofProduct),
    'the reconciler schedules a deletion without a window, which is the longest': on(
      ofProduct,
      schedule(),
    ),
    'the reconciler reports a finding to the default bus': reports('tenant-keys'),
    'the reconciler finds keys and aliases': async ({ reconciler: { kms } }) => {
      await kms.listKeys({});
      await kms.listAliases({});
    },
    'an administrator encrypts with a careless key, so that what refuses the reconciler is its own':
      onCareless(({ operator }, KeyId) => operator.kms.encrypt({ KeyId, Plaintext: bytes })),
  }),
  ...claims('denied', ['deployed'], {
    ...eachChange("the reconciler changes a key without the product's tag", owner),
    ...eachChange("the reconciler changes a key with somebody else's tag", ofOthers),
    ...eachChange('the reconciler changes a multi-Region key', ofProduct, { MultiRegion: true }),
    ...eachChange('the reconciler changes a key that signs', ofProduct, {
      KeySpec: 'ECC_NIST_P256',
      KeyUsage: 'SIGN_VERIFY',
    }),
    'the reconciler schedules a deletion sooner than configured': on(ofProduct, schedule(7)),
    'the reconciler puts a policy without the lockout check': on(ofProduct, putPolicy(true)),
    "the reconciler moves an alias from somebody else's key": async (harness) => {
      const AliasName = aliasName();
      await harness.operator.kms.createAlias({ AliasName, TargetKeyId: harness.foreignKeyArn });
      const TargetKeyId = await createKey(harness, ofProduct);
      return harness.reconciler.kms.updateAlias({ AliasName, TargetKeyId });
    },
    "the reconciler gives a key of the product's an alias outside its prefix": on(
      ofProduct,
      ({ reconciler: { kms } }, TargetKeyId) =>
        kms.createAlias({ AliasName: `alias/${crypto.randomUUID()}`, TargetKeyId }),
    ),
    'the reconciler reports a finding under the name of another': reports('somebody-else'),
    'the reconciler creates a key for a tenant': (harness) =>
      harness.reconciler.kms.createKey({ Tags: ofProduct, Policy: harness.keyPolicyOf('acme') }),
    'the reconciler adds a row': ({ reconciler: { dynamodb }, tableName: TableName }) =>
      dynamodb.putItem({ TableName, Item: { tenantId: { S: 'mallory' } } }),
    ...mapAttempts(
      'the reconciler has no right on a tenant key beyond repair',
      beyondRepair,
      (attempt) => (harness) => attempt(harness.reconciler, first(harness), harness),
    ),
    "the reconciler re-encrypts from one tenant's key to another's": (harness) =>
      reEncrypt(harness.reconciler, first(harness), harness.tenants[1] as Tenant),
    'the reconciler signs a certificate': ({ reconciler: { kms }, certificateKeyArn: KeyId }) =>
      kms.sign({ KeyId, Message: bytes, SigningAlgorithm: 'ECDSA_SHA_256' }),
    'the reconciler signs a certificate by ML-DSA': ({ reconciler, postQuantumKeyArn: KeyId }) =>
      reconciler.kms.sign({ KeyId, Message: bytes, SigningAlgorithm: 'ML_DSA_SHAKE_256' }),
    ...mapAttempts(
      'the reconciler, named by a careless key policy, has no cryptography',
      cryptography,
      (attempt) =>
        onCareless(async (harness, keyArn) => {
          const { CiphertextBlob } = await harness.operator.kms.encrypt({
            KeyId: keyArn,
            Plaintext: bytes,
            EncryptionContext: context('acme'),
          });
          const ciphertext = CiphertextBlob as Uint8Array;
          return attempt(harness.reconciler, { ...first(harness), keyArn, ciphertext }, harness);
        }),
    ),
    'the reconciler, named by a careless key policy, grants': onCareless((harness, keyArn) =>
      grant(harness.reconciler, { ...first(harness), keyArn }, harness),
    ),
  }),
];
