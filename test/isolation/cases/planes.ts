import type { CreateKeyCommandInput } from '@aws-sdk/client-kms';
import { parsePolicy } from '../../../local/iam/policy-document.ts';
import {
  administration,
  claims,
  cryptography,
  first,
  getRow,
  grant,
  mapAttempts,
} from './attempts.ts';
import { account, asRole, type Case, decide, type Harness } from './case.ts';

export const dataPlane = claims('denied', ['deployed', 'key-careless'], {
  ...mapAttempts(
    "the data plane's own role",
    cryptography,
    (attempt) => (harness) => attempt(harness.dataPlane, first(harness), harness),
  ),
  ...mapAttempts(
    "the data plane's own role",
    administration,
    (attempt) => (harness) => attempt(harness.dataPlane, first(harness), harness),
  ),
  "the data plane's own role reads a row": (harness) =>
    harness.dataPlane.dynamodb.getItem(getRow(harness, first(harness).tenantId)),
  ...mapAttempts(
    "the authorizer's role",
    cryptography,
    (attempt) => (harness) => attempt(harness.authorizer, first(harness), harness),
  ),
  "the authorizer's role reads a row": (harness) =>
    harness.authorizer.dynamodb.getItem(getRow(harness, first(harness).tenantId)),
});

const tags = (entries: Readonly<Record<string, string>>) =>
  Object.entries(entries).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
const ownTags = tags({ TenantId: 'mallory', ManagedBy: 'tenant-keys' });

/** A key of another team, whose policy lets the account's IAM decide. */
const otherTeams =
  (change: CreateKeyCommandInput = {}) =>
  async ({ operator }: Harness): Promise<string> => {
    const { KeyMetadata } = await operator.kms.createKey(change);
    return KeyMetadata?.Arn as string;
  };

const existingKeys: Readonly<Record<string, (harness: Harness) => Promise<string>>> = {
  'the certificate key': async (harness) => harness.certificateKeyArn,
  'the post-quantum key': async (harness) => harness.postQuantumKeyArn,
  "the product's key": async (harness) => harness.productKeyArn,
  'a key with an alias': async (harness) => {
    const TargetKeyId = await otherTeams()(harness);
    await harness.operator.kms.createAlias({
      AliasName: `alias/${crypto.randomUUID()}`,
      TargetKeyId,
    });
    return TargetKeyId;
  },
  'a key of another owner': otherTeams({ Tags: tags({ ManagedBy: 'terraform' }) }),
  "a key with a tenant alone, as the canary's are,": otherTeams({
    Tags: tags({ TenantId: 'canary_a' }),
  }),
  'a multi-Region key': otherTeams({ MultiRegion: true }),
  'a key that signs': otherTeams({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }),
};

export const controlPlane: Case[] = [
  ...claims('allowed', ['deployed'], {
    'the control plane creates a key for a tenant': (harness) =>
      harness.controlPlane.kms.createKey({ Tags: ownTags, Policy: harness.keyPolicyOf('mallory') }),
    'the control plane schedules a deletion as late as configured': async (harness) => {
      const { KeyMetadata } = await harness.controlPlane.kms.createKey({
        Tags: ownTags,
        Policy: harness.keyPolicyOf('mallory'),
      });
      const KeyId = KeyMetadata?.KeyId;
      return harness.controlPlane.kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 30 });
    },
    'the control plane describes a key': (harness) =>
      harness.controlPlane.kms.describeKey({ KeyId: first(harness).keyArn }),
    'the control plane sets rotation': (harness) =>
      harness.controlPlane.kms.enableKeyRotation({
        KeyId: first(harness).keyArn,
        RotationPeriodInDays: 90,
      }),
    'the control plane reads rows': (harness) =>
      harness.controlPlane.dynamodb.getItem(getRow(harness, first(harness).tenantId)),
  }),
  ...claims('allowed', ['deployed'], {
    'the lockout check of CreateKey lets the control plane through, if it counts no tags': (
      harness,
    ) =>
      decide(
        harness.caller('ControlPlaneRole'),
        { action: 'kms:PutKeyPolicy', resource: first(harness).keyArn, context: {} },
        parsePolicy(harness.keyPolicyOf('acme'), 'key policy', 'resource'),
      ),
  }),
  ...claims('denied', ['deployed', 'key-careless', 'control-open'], {
    "the control plane changes a key's policy": (harness) =>
      harness.controlPlane.kms.putKeyPolicy({
        KeyId: first(harness).keyArn,
        Policy: harness.keyPolicyOf(first(harness).tenantId),
      }),
    ...mapAttempts(
      'the control plane has no cryptography',
      cryptography,
      (attempt) => (harness) => attempt(harness.controlPlane, first(harness), harness),
    ),
    'the control plane has no cryptography: CreateGrant': (harness) =>
      grant(harness.controlPlane, first(harness), harness),
    'the control plane creates a key without the lockout check': (harness) =>
      harness.controlPlane.kms.createKey({
        Tags: ownTags,
        Policy: harness.keyPolicyOf('mallory'),
        BypassPolicyLockoutSafetyCheck: true,
      }),
    'the control plane deletes a key sooner than configured': (harness) =>
      harness.controlPlane.kms.scheduleKeyDeletion({
        KeyId: first(harness).keyArn,
        PendingWindowInDays: 7,
      }),
  }),
  ...claims('denied', ['deployed'], {
    'the control plane creates a key without an owner': (harness) =>
      harness.controlPlane.kms.createKey({ Tags: tags({ ManagedBy: 'tenant-keys' }) }),
    'the control plane creates a key with an empty owner': (harness) =>
      harness.controlPlane.kms.createKey({
        Tags: tags({ TenantId: '', ManagedBy: 'tenant-keys' }),
      }),
    "the control plane creates a key without the product's tag": (harness) =>
      harness.controlPlane.kms.createKey({ Tags: tags({ TenantId: 'mallory' }) }),
    "the control plane creates a key as somebody else's": (harness) =>
      harness.controlPlane.kms.createKey({
        Tags: tags({ TenantId: 'mallory', ManagedBy: 'somebody-else' }),
      }),
    'the control plane creates a key with a third tag': (harness) =>
      harness.controlPlane.kms.createKey({
        Tags: [...ownTags, ...tags({ More: 'x' })],
      }),
    'the control plane creates a key without tags': (harness) =>
      harness.controlPlane.kms.createKey({}),
    'the control plane gives a key another owner': (harness) =>
      harness.controlPlane.kms.tagResource({ KeyId: first(harness).keyArn, Tags: ownTags }),
    'the control plane tags a key without an owner with a tag of its own': (harness) =>
      harness.controlPlane.kms.tagResource({
        KeyId: harness.foreignKeyArn,
        Tags: tags({ More: 'x' }),
      }),
    ...Object.fromEntries(
      Object.entries(existingKeys).map(([title, make]) => [
        `the control plane tags ${title} as a tenant's`,
        async (harness: Harness) =>
          harness.controlPlane.kms.tagResource({ KeyId: await make(harness), Tags: ownTags }),
      ]),
    ),
    "the control plane tags a key whose material was imported as a tenant's": asRole(
      'ControlPlaneRole',
      'kms:TagResource',
      `arn:aws:kms:${account}:key/5d1b6e0c-0000-4000-8000-000000000000`,
      {
        'aws:RequestTag/TenantId': 'mallory',
        'aws:RequestTag/ManagedBy': 'tenant-keys',
        'aws:TagKeys': 'TenantId',
        'kms:KeyOrigin': 'EXTERNAL',
      },
    ),
    'the control plane gives a key an alias outside its prefix': (harness) =>
      harness.controlPlane.kms.createAlias({
        AliasName: 'alias/somebody-else',
        TargetKeyId: first(harness).keyArn,
      }),
    'the control plane touches a key that is not its own': (harness) =>
      harness.controlPlane.kms.disableKey({ KeyId: harness.foreignKeyArn }),
    'the control plane deletes a row': (harness) =>
      harness.controlPlane.dynamodb.deleteItem(getRow(harness, 'nobody')),
  }),
];
