/** Compares a tenant's key at the endpoint with what the template's functions must have asked for. */
import type { KMS } from '@aws-sdk/client-kms';
import { keyPolicy } from '../../contract/key-policy.ts';
import { defaultName, stackNames } from '../../contract/stack-names.ts';
import { tenantIdTag } from '../../contract/tenant-id.ts';
import { isAccessDenied } from '../../lambdas/aws/errors.ts';
import type { Blueprint } from './blueprint.ts';
import { expectEqual } from './expectation.ts';
import type { Tenant } from './identities.ts';

const { aliasOf, productTag } = stackNames(defaultName);

export const keyPolicyOf = ({ account, ...roles }: Blueprint, tenantId: string) =>
  keyPolicy({
    tenantId,
    partition: account.partition,
    accountId: account.accountId,
    tenantRoleArn: roles.tenantRole.arn,
    controlPlaneRoleArn: roles.controlPlaneRole.arn,
    // the configuration's default, which the blueprint has
    deletionWindowInDays: 30,
  });

/** @throws Error that names what differs */
export async function checkKey(
  kms: KMS,
  blueprint: Blueprint,
  { tenantId, keyArn }: Tenant,
): Promise<void> {
  const { Policy = '' } = await kms.getKeyPolicy({ KeyId: keyArn, PolicyName: 'default' });
  expectEqual('key policy', plain(JSON.parse(Policy)), plain(keyPolicyOf(blueprint, tenantId)));
  const { Tags = [] } = await kms.listResourceTags({ KeyId: keyArn });
  expectEqual('tags', Object.fromEntries(Tags.map(({ TagKey, TagValue }) => [TagKey, TagValue])), {
    [tenantIdTag]: tenantId,
    [productTag.key]: productTag.value,
  });
  const { KeyRotationEnabled } = await kms.getKeyRotationStatus({ KeyId: keyArn });
  expectEqual('rotation', KeyRotationEnabled, true);
  const { Aliases = [] } = await kms.listAliases({ KeyId: keyArn });
  const names = Aliases.map(({ AliasName }) => AliasName);
  expectEqual('aliases', names, [aliasOf(tenantId)]);
}

/**
 * @returns what the endpoint itself says of the key, which the handler must say as well; and the gaps: what AWS would
 *   say and this endpoint does not
 */
export async function callersView(kms: KMS, KeyId: string) {
  const described = await kms.describeKey({ KeyId }).catch((error: unknown) => {
    if (isAccessDenied(error)) return undefined;
    throw error;
  });
  const rotation = await kms.getKeyRotationStatus({ KeyId });
  const gaps = [
    ...(described === undefined ? ['DescribeKey is denied to an administrator'] : []),
    ...(rotation.RotationPeriodInDays === undefined
      ? ['GetKeyRotationStatus gives no RotationPeriodInDays']
      : []),
  ];
  const key = {
    state: described === undefined ? 'Missing' : described.KeyMetadata?.KeyState,
    rotationEnabled: described !== undefined && rotation.KeyRotationEnabled === true,
    rotationPeriodInDays: described && rotation.RotationPeriodInDays,
  };
  return { gaps, key };
}

/** A policy in one spelling: a service may give a list of one as its member, and lists in another order. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(plain);
    return items.length === 1
      ? items[0]
      : items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, plain(member)]),
  );
}
