/**
 * What the policies decided about a key. Invariant: a cached decision is used only while everything that it depends on
 * is the same: the key with its policy, tags and state, and its aliases. Where a policy depends on the time, nothing
 * is cached. About a key that KMS does not have, the roles' policies alone decide, and it does not come back.
 */
import type { KmsAccount } from '../kms/account.ts';
import { aliasesOf } from '../kms/live-keys.ts';
import type { StoredKey } from '../kms/stored-key.ts';
import type { Template } from '../template/template.ts';

/**
 * @param key undefined where KMS does not have it
 * @param question what is decided, about which key and whose session
 */
export type DecisionCache = <T>(key: StoredKey | undefined, question: string, decide: () => T) => T;

/** About missing keys. Then it begins anew. */
const mostKept = 100_000;

const dependsOnTime = (policies: string): boolean => /aws:(current|epoch)time/i.test(policies);

export function decisionCache(account: KmsAccount, template: Template): DecisionCache {
  // A key that changes is a new object, for which nothing is cached.
  const decided = new WeakMap<StoredKey, Map<string, unknown>>();
  const types = ['AWS::IAM::Role', 'AWS::IAM::Policy'];
  const rolesDependOnTime = dependsOnTime(
    JSON.stringify(types.map((type) => template.ofType(type))),
  );
  const aboutMissing = new Map<string, unknown>();
  return <T>(key: StoredKey | undefined, question: string, decide: () => T): T => {
    if (rolesDependOnTime || (key !== undefined && dependsOnTime(key.policy))) return decide();
    if (key === undefined) {
      if (aboutMissing.size >= mostKept) aboutMissing.clear();
      return answerIn(aboutMissing, question, decide);
    }
    const aliases = aliasesOf(account, key.keyId).map(({ name }) => name);
    const answers = decided.get(key) ?? new Map<string, unknown>();
    decided.set(key, answers);
    return answerIn(answers, JSON.stringify([question, aliases]), decide);
  };
}

function answerIn<T>(answers: Map<string, unknown>, question: string, decide: () => T): T {
  if (!answers.has(question)) answers.set(question, decide());
  return answers.get(question) as T;
}
