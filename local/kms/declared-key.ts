/** The keys that a template declares: made at the first start, brought to what the template says at the next. */
import { type KmsAccount, keyArn, now } from './account.ts';
import { aliasExists } from './errors.ts';
import { newKey } from './key.ts';
import { liveKey } from './live-keys.ts';
import { parseKeyPolicy } from './policy.ts';
import { rotationFrom } from './rotation.ts';
import type { Draft } from './store.ts';
import type { StoredKey, Tag } from './stored-key.ts';
import { mergedTags } from './tags.ts';

export interface DeclaredKey {
  /** a UUID in lower case, the same at every start */
  readonly keyId: string;
  readonly policy: string;
  readonly description: string;
  readonly tags: readonly Tag[];
  /** automatic rotation with this period, or none */
  readonly rotationPeriodInDays: number | undefined;
  /** names with their prefix, `alias/...` */
  readonly aliases: readonly string[];
}

/**
 * Needs no permission: it is the stack's deployment, not a call. Material and state stay as they are.
 * @throws AwsError as CreateKey does for a bad policy or tag; AlreadyExistsException for another key's alias
 */
export function declareKey(account: KmsAccount, declared: DeclaredKey): void {
  parseKeyPolicy(declared.policy, keyArn(account, declared.keyId));
  const tags = mergedTags([], declared.tags);
  const present = liveKey(account, declared.keyId) ?? newKey(account, { keyId: declared.keyId });
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
    for (const name of declared.aliases) declareAlias(account, draft, name, key.keyId);
  });
}

function declaredRotation(account: KmsAccount, present: StoredKey, period: number | undefined) {
  if (period === undefined) return {};
  if (present.rotation?.periodInDays === period) return { rotation: present.rotation };
  return { rotation: rotationFrom(now(account), period) };
}

function declareAlias(account: KmsAccount, draft: Draft, name: string, keyId: string): void {
  const present = draft.aliases.get(name);
  if (present?.keyId === keyId) return;
  if (present !== undefined) throw aliasExists(name);
  const at = now(account);
  draft.aliases.set(name, { name, keyId, createdAt: at, updatedAt: at });
}
