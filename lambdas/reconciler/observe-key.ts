/** What KMS says of the key that a row names, asked for without changing anything. */
import {
  DescribeKeyCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  type KMSClient,
} from '@aws-sdk/client-kms';
import type { UnseenKey } from '../../contract/findings.ts';
import { aliasOf } from '../../contract/tenant-id.ts';
import { isAccessDenied, isNamed } from '../aws/errors.ts';
import { isProducts, type KeyTags, tagsOf } from '../tenants/keys/key-tags.ts';
import type { Run } from './context.ts';

/** `ours` is another key with the product's tag, `foreign` any other, also one that may not be seen. */
export type AliasTarget = 'right' | 'none' | 'ours' | 'foreign';

export interface SeenKey {
  /** KMS's word: Enabled, Disabled, PendingDeletion, ...; undefined where it may not be read */
  readonly state: string | undefined;
  readonly tags: KeyTags;
  /** days, 0 where rotation is off; undefined where it may not be read */
  readonly rotationPeriodInDays: number | undefined;
  /** RFC 3339; undefined where rotation is off, or it may not be read */
  readonly nextRotationDate: string | undefined;
  /** undefined where it may not be read */
  readonly policy: unknown;
  readonly alias: AliasTarget;
}

export type StatedKey = SeenKey & { readonly state: string };

export const hasState = (key: SeenKey): key is StatedKey => key.state !== undefined;

export type Observation = SeenKey | UnseenKey;

export async function observe(run: Run, tenantId: string, keyArn: string): Promise<Observation> {
  // Of a key of another region KMS here says NotFound, and nobody may take that for the key's end.
  if (!keyArn.startsWith(run.keyArnPrefix)) return 'elsewhere';
  const { kms } = run;
  try {
    const state = await unlessDenied(stateOf(kms, keyArn));
    const [tags, rotation, policy, alias] = await Promise.all([
      tagsOf(kms, keyArn),
      unlessDenied(rotationOf(kms, keyArn)),
      unlessDenied(policyOf(kms, keyArn)),
      aliasTarget(run, tenantId, keyArn),
    ]);
    return { state, tags, ...noRotation, ...rotation, policy, alias };
  } catch (error) {
    if (isNamed(error, 'NotFoundException')) return 'missing';
    if (isAccessDenied(error)) return 'unreadable';
    throw error;
  }
}

async function stateOf(kms: KMSClient, keyArn: string): Promise<string> {
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: keyArn }));
  return KeyMetadata?.KeyState ?? 'Unavailable';
}

type Rotation = Pick<SeenKey, 'rotationPeriodInDays' | 'nextRotationDate'>;

const noRotation: Rotation = { rotationPeriodInDays: undefined, nextRotationDate: undefined };

async function rotationOf(kms: KMSClient, keyArn: string): Promise<Rotation> {
  const status = await kms.send(new GetKeyRotationStatusCommand({ KeyId: keyArn }));
  if (status.KeyRotationEnabled !== true) return { ...noRotation, rotationPeriodInDays: 0 };
  return {
    rotationPeriodInDays: status.RotationPeriodInDays ?? 365,
    nextRotationDate: status.NextRotationDate?.toISOString(),
  };
}

/** @returns the policy as an object, or the text where it is no JSON */
export async function policyOf(kms: KMSClient, keyArn: string): Promise<unknown> {
  const { Policy = '' } = await kms.send(new GetKeyPolicyCommand({ KeyId: keyArn }));
  try {
    return JSON.parse(Policy);
  } catch {
    return Policy;
  }
}

/** The list of aliases is as old as the run: only what it does not have right is asked for anew. */
async function aliasTarget(run: Run, tenantId: string, keyArn: string): Promise<AliasTarget> {
  const name = aliasOf(tenantId);
  if (`${run.keyArnPrefix}${run.aliases.get(name)}` === keyArn) return 'right';
  try {
    const { KeyMetadata } = await run.kms.send(new DescribeKeyCommand({ KeyId: name }));
    const target = KeyMetadata?.Arn ?? '';
    if (target === keyArn) return 'right';
    return isProducts(await tagsOf(run.kms, target)) ? 'ours' : 'foreign';
  } catch (error) {
    if (isNamed(error, 'NotFoundException')) return 'none';
    if (isAccessDenied(error)) return 'foreign';
    throw error;
  }
}

async function unlessDenied<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (isAccessDenied(error)) return undefined;
    throw error;
  }
}
