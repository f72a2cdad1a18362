/**
 * What the request is for. A tenant's key is made for it, as the question's situation has it: the policy of the
 * question with the tenant's id put in, and the tenant's tag. It is found by the policy itself, never by a name.
 */
import { KMS } from '@aws-sdk/client-kms';
import { tenantIdTag } from '../../contract/tenant-id.ts';
import type { Policy } from '../formula/policy.ts';
import { keyId } from '../formula/request.ts';
import { ownTenantKey, type StackPolicies } from '../stack-policies.ts';
import type { Asked } from '../theorems/request-of.ts';
import type { ClientOptions } from './client-options.ts';
import { NotReplayable } from './not-replayable.ts';
import type { Wanted } from './wanted.ts';

export interface Target {
  readonly arn: string;
  /** of a key: what was encrypted under it in the encryption context of the request */
  readonly ciphertext?: Uint8Array;
}

/**
 * @param operator of the local stack's administrator
 * @throws NotReplayable
 */
export async function targetOf(
  asked: Asked,
  wanted: Wanted,
  stack: StackPolicies,
  operator: ClientOptions,
): Promise<Target> {
  const { resource } = asked;
  const aliasName = replayedAlias(stack);
  if (resource === undefined) {
    // The caller's own policies decide alone: a key leaves it to them.
    return wanted.action.startsWith('kms:')
      ? tenantKey(undefined, aliasName, wanted, operator)
      : { arn: wanted.resource };
  }
  const declared = declaredArn(asked, stack);
  if (declared !== undefined) return { arn: declared };
  return tenantKey(policyText(resource, wanted.tenantId), aliasName, wanted, operator);
}

/** @returns the name of a key that a replay makes */
export const replayedAlias = ({ ownNames }: StackPolicies): string => ownNames.aliasOf('replayed');

/** @returns the ARN of the role or key of the template whose policy the question is about; nothing for a tenant's key */
export function declaredArn(
  { resource, isTrust }: Asked,
  { roles, keys }: StackPolicies,
): string | undefined {
  const found = isTrust
    ? roles.find(({ trust }) => trust === resource)
    : keys.find(({ policy }) => policy === resource);
  if (isTrust && found === undefined) throw new NotReplayable('the template has no such role');
  return resource === undefined ? undefined : found?.arn;
}

/** Variables stand in texts, where a tenant's id must be JSON. */
function policyText({ statements }: Policy, tenantId: string): string {
  const document = JSON.stringify({ Version: '2012-10-17', Statement: statements });
  return document.replaceAll(`\${${ownTenantKey}}`, () => JSON.stringify(tenantId).slice(1, -1));
}

/** Its policy comes last, since it may keep the operator from all that comes before. */
async function tenantKey(
  policy: string | undefined,
  AliasName: string,
  wanted: Wanted,
  operator: ClientOptions,
): Promise<Target> {
  const kms = new KMS(operator);
  const EncryptionContext = wanted.named('kms:EncryptionContext:', 'kms:EncryptionContextKeys');
  try {
    const { KeyMetadata } = await kms.createKey({ Tags: tagsOf(wanted) });
    const { Arn: arn } = KeyMetadata as { Arn: string };
    const { CiphertextBlob } = await kms.encrypt({
      KeyId: arn,
      Plaintext: new TextEncoder().encode(`a secret of ${wanted.tenantId}`),
      EncryptionContext,
    });
    await kms.createAlias({ AliasName, TargetKeyId: arn });
    if (policy !== undefined) {
      await kms.putKeyPolicy({ KeyId: arn, Policy: policy, BypassPolicyLockoutSafetyCheck: true });
    }
    return { arn, ciphertext: CiphertextBlob as Uint8Array };
  } catch (error) {
    throw new NotReplayable(`the local stack cannot make such a key: ${(error as Error).message}`);
  }
}

/** The tenant's, unless the model says otherwise. */
function tagsOf(wanted: Wanted) {
  const tags = wanted.named('aws:ResourceTag/');
  const isSaid = wanted.assignment.has(`request has ${keyId(`aws:ResourceTag/${tenantIdTag}`)}`);
  const all = isSaid ? tags : { [tenantIdTag]: wanted.tenantId, ...tags };
  return Object.entries(all).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
}
