/** What becomes of the keys and aliases of a stack that is deleted: CloudFormation keeps those whose policy says so. */
import { dayMs, type KmsAccount, now } from './account.ts';
import { liveKey } from './live-keys.ts';
import type { TemplateKey } from './template.ts';

/** KMS's default. */
export const defaultWindowInDays = 30;

export function deleteKeysOf(account: KmsAccount, keys: readonly TemplateKey[]): void {
  for (const { keyId, isKept, PendingWindowInDays, aliases, keptAliases } of keys) {
    const key = liveKey(account, keyId);
    const windowInDays = PendingWindowInDays ?? defaultWindowInDays;
    const at = now(account) + windowInDays * dayMs;
    account.store.change((draft) => {
      if (key !== undefined && !isKept && key.deletion === undefined) {
        draft.keys.set(keyId, { ...key, deletion: { at, windowInDays } });
      }
      for (const name of aliases) if (!keptAliases.includes(name)) draft.aliases.delete(name);
    });
  }
}
