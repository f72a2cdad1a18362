/**
 * What the policies decided about a key. Invariant: a cached decision is used only while everything that it depends on
 * is the same: the key with its policy, tags and state, and its aliases. Where a policy depends on the time, nothing
 * is cached.
 */
import type { KmsAccount } from '../kms/account.ts';
import { aliasesOf } from '../kms/live-keys.ts';
import type { StoredKey } from '../kms/stored-key.ts';
import type { Template } from '../template/template.ts';

/** @param question what is decided, and about whose session */
export type DecisionCache = <T>(key: StoredKey, question: string, decide: () => T) => T;

const dependsOnTime = (policies: string): boolean => /aws:(current|epoch)time/i.test(policies);

export function decisionCache(account: KmsAccount, template: Template): DecisionCache {
  // A key that changes is a new object, for which nothing is cached.
  const decided = new WeakMap<StoredKey, Map<string, unknown>>();
  const types = ['AWS::IAM::Role', 'AWS::IAM::Policy'];
  const rolesDependOnTime = dependsOnTime(
    JSON.stringify(types.map((type) => template.ofType(type))),
  );
  return <T>(key: StoredKey, question: string, decide: () => T): T => {
    if (rolesDependOnTime || dependsOnTime(key.policy)) return decide();
    const aliases = aliasesOf(account, key.keyId).map(({ name }) => name);
    const id = JSON.stringify([question, aliases]);
    const answers = decided.get(key) ?? new Map<string, unknown>();
    decided.set(key, answers);
    if (!answers.has(id)) answers.set(id, decide());
    return answers.get(id) as T;
  };
}
