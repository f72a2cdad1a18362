/** The keys that a template declares: made at the first start, brought to what the template says at the next. */
import { type KmsAccount, keyArn, now } from './account.ts';
import { aliasExists } from './errors.ts';
import { newKey } from './key.ts';
import { type KeySpec, keySpecOf } from './key-type.ts';
import { liveKey } from './live-keys.ts';
import { parseKeyPolicy } from './policy.ts';
import { rotationFrom } from './rotation.ts';
import type { Draft } from './store.ts';
import type { StoredKey, Tag } from './stored-key.ts';
import { mergedTags } from './tags.ts';
import type { TemplateKey } from './template.ts';

export interface DeclaredKey {
  /** a UUID in lower case, the same at every start */
  readonly keyId: string;
  /** SYMMETRIC_DEFAULT where it is not given */
  readonly keySpec?: KeySpec | undefined;
  readonly policy: string;
  readonly description: string;
  readonly tags: readonly Tag[];
  /** automatic rotation with this period, or none */
  readonly rotationPeriodInDays: number | undefined;
  /** names with their prefix, `alias/...` */
  readonly aliases: readonly string[];
}

export const tagsOf = ({ Tags }: TemplateKey): Tag[] =>
  Tags.map(({ Key, Value }) => ({ key: Key, value: Value }));

export function declareKeys(account: KmsAccount, keys: readonly TemplateKey[]): void {
  for (const key of keys) {
    declareKey(account, {
      keyId: key.keyId,
      keySpec: key.KeySpec,
      policy: JSON.stringify(key.KeyPolicy),
      description: key.Description ?? '',
      tags: tagsOf(key),
      rotationPeriodInDays: key.EnableKeyRotation ? key.RotationPeriodInDays : undefined,
      aliases: key.aliases,
    });
  }
}

/**
 * Needs no permission: it is part of the stack's deployment, not a call. Material and state stay as they are. A deleted
 * key stays deleted: CloudFormation does not make a new one either.
 * @throws Error where the key exists with another spec; AwsError as CreateKey for a bad policy or tag, and
 *   AlreadyExistsException for an alias of another key
 */
export function declareKey(account: KmsAccount, declared: DeclaredKey): void {
  parseKeyPolicy(declared.policy, keyArn(account, declared.keyId));
  const tags = mergedTags([], declared.tags);
  const { keyId, keySpec = 'SYMMETRIC_DEFAULT' } = declared;
  const live = liveKey(account, keyId);
  if (live === undefined && account.store.deletedIds.has(keyId)) return;
  if (live !== undefined && keySpecOf(live) !== keySpec) {
    throw new Error(
      `${keyArn(account, keyId)} is a key of spec ${keySpecOf(live)}, and the template says ${keySpec}; ` +
        'a key cannot change its spec: give it another logical id',
    );
  }
  const present = live ?? newKey(account, { keyId, keySpec });
  const { rotation: _, ...kept } = present;
  const key: StoredKey = {
    ...kept,
    policy: declared.policy,
    description: declared.description,
    tags,
    ...declaredRotation(account, present, declared.rotationPeriodInDays),
  };
  account.store.change((draft) => {
    draft.keys.set(key.keyId, key);
    const aliases = live === undefined ? declared.aliases : missing(draft, declared.aliases);
    for (const name of aliases) declareAlias(account, draft, name, key.keyId);
  });
}

function declaredRotation(account: KmsAccount, present: StoredKey, period: number | undefined) {
  if (period === undefined) return {};
  if (present.rotation?.periodInDays === period) return { rotation: present.rotation };
  return { rotation: rotationFrom(now(account), period) };
}

/** An alias that was moved to another key stays there: a deployment that does not change the alias would not move it back. */
const missing = (draft: Draft, names: readonly string[]): string[] =>
  names.filter((name) => !draft.aliases.has(name));

function declareAlias(account: KmsAccount, draft: Draft, name: string, keyId: string): void {
  const present = draft.aliases.get(name);
  if (present?.keyId === keyId) return;
  if (present !== undefined) throw aliasExists(name);
  const at = now(account);
  draft.aliases.set(name, { name, keyId, createdAt: at, updatedAt: at });
}
