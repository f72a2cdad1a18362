import {
  administration,
  claims,
  cryptography,
  first,
  getRow,
  grant,
  mapAttempts,
} from './attempts.ts';
import type { Case } from './case.ts';

export const dataPlane = claims('denied', ['deployed', 'key-careless'], {
  ...mapAttempts(
    "the data plane's own role",
    cryptography,
    (attempt) => (world) => attempt(world.dataPlane, first(world), world),
  ),
  ...mapAttempts(
    "the data plane's own role",
    administration,
    (attempt) => (world) => attempt(world.dataPlane, first(world), world),
  ),
  "the data plane's own role reads a row": (world) =>
    world.dataPlane.dynamodb.getItem(getRow(world, first(world).tenantId)),
  ...mapAttempts(
    "the authorizer's role",
    cryptography,
    (attempt) => (world) => attempt(world.authorizer, first(world), world),
  ),
  "the authorizer's role reads a row": (world) =>
    world.authorizer.dynamodb.getItem(getRow(world, first(world).tenantId)),
});

const tags = (entries: Readonly<Record<string, string>>) =>
  Object.entries(entries).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
const ownTags = tags({ TenantId: 'mallory', ManagedBy: 'tenant-keys' });

export const controlPlane: Case[] = [
  ...claims('allowed', ['deployed'], {
    'the control plane creates a key for a tenant': (world) =>
      world.controlPlane.kms.createKey({ Tags: ownTags, Policy: world.keyPolicyOf('mallory') }),
    'the control plane schedules a deletion as late as configured': async (world) => {
      const { KeyMetadata } = await world.controlPlane.kms.createKey({
        Tags: ownTags,
        Policy: world.keyPolicyOf('mallory'),
      });
      const KeyId = KeyMetadata?.KeyId;
      return world.controlPlane.kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 30 });
    },
    'the control plane describes a key': (world) =>
      world.controlPlane.kms.describeKey({ KeyId: first(world).keyArn }),
    'the control plane sets rotation': (world) =>
      world.controlPlane.kms.enableKeyRotation({
        KeyId: first(world).keyArn,
        RotationPeriodInDays: 90,
      }),
    'the control plane reads rows': (world) =>
      world.controlPlane.dynamodb.getItem(getRow(world, first(world).tenantId)),
  }),
  ...claims('denied', ['deployed', 'key-careless', 'control-open'], {
    ...mapAttempts(
      'the control plane has no cryptography',
      cryptography,
      (attempt) => (world) => attempt(world.controlPlane, first(world), world),
    ),
    'the control plane has no cryptography: CreateGrant': (world) =>
      grant(world.controlPlane, first(world), world),
    'the control plane creates a key without the lockout check': (world) =>
      world.controlPlane.kms.createKey({
        Tags: ownTags,
        Policy: world.keyPolicyOf('mallory'),
        BypassPolicyLockoutSafetyCheck: true,
      }),
    'the control plane deletes a key sooner than configured': (world) =>
      world.controlPlane.kms.scheduleKeyDeletion({
        KeyId: first(world).keyArn,
        PendingWindowInDays: 7,
      }),
  }),
  ...claims('denied', ['deployed'], {
    'the control plane creates a key without an owner': (world) =>
      world.controlPlane.kms.createKey({ Tags: tags({ ManagedBy: 'tenant-keys' }) }),
    'the control plane creates a key with an empty owner': (world) =>
      world.controlPlane.kms.createKey({ Tags: tags({ TenantId: '', ManagedBy: 'tenant-keys' }) }),
    "the control plane creates a key without the product's tag": (world) =>
      world.controlPlane.kms.createKey({ Tags: tags({ TenantId: 'mallory' }) }),
    "the control plane creates a key as somebody else's": (world) =>
      world.controlPlane.kms.createKey({
        Tags: tags({ TenantId: 'mallory', ManagedBy: 'somebody-else' }),
      }),
    'the control plane creates a key with a third tag': (world) =>
      world.controlPlane.kms.createKey({
        Tags: [...ownTags, ...tags({ More: 'x' })],
      }),
    'the control plane creates a key without tags': (world) => world.controlPlane.kms.createKey({}),
    'the control plane gives a key another owner': (world) =>
      world.controlPlane.kms.tagResource({ KeyId: first(world).keyArn, Tags: ownTags }),
    'the control plane tags a key without an owner with a tag of its own': (world) =>
      world.controlPlane.kms.tagResource({
        KeyId: world.foreignKeyArn,
        Tags: tags({ More: 'x' }),
      }),
    'the control plane gives a key an alias outside its prefix': (world) =>
      world.controlPlane.kms.createAlias({
        AliasName: 'alias/somebody-else',
        TargetKeyId: first(world).keyArn,
      }),
    'the control plane touches a key that is not its own': (world) =>
      world.controlPlane.kms.disableKey({ KeyId: world.foreignKeyArn }),
    'the control plane deletes a row': (world) =>
      world.controlPlane.dynamodb.deleteItem(getRow(world, 'nobody')),
  }),
];
