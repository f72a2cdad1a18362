/**
 * Which actions are allowed in a cell of the matrix, with a decision cache. Invariant: a cached answer is used only
 * while everything that it depends on is the same: the key with its policy and tags, its aliases, the session. Where
 * a policy depends on the time, nothing is cached.
 */
import type { EncryptionContext } from '../../contract/encryption-context.ts';
import { tenantActions } from '../../contract/key-policy.ts';
import { tenantIdTag } from '../../contract/tenant-id.ts';
import { aliasesOf } from '../kms/live-keys.ts';
import type { StoredKey } from '../kms/stored-key.ts';
import type { Template } from '../template/template.ts';
import type { Session } from './sessions.ts';
import { type SimulatedKms, simulate } from './simulate.ts';
import type { RegisteredKey } from './tenants.ts';

export type AllowedActions = (session: Session, registered: RegisteredKey) => readonly string[];

const dependsOnTime = (policies: string): boolean => /aws:(current|epoch)time/i.test(policies);

/** @returns what gives a cell's allowed actions; a cell takes dozens of simulated calls, each a tenth of a ms */
export function allowedActions(kms: SimulatedKms, template: Template): AllowedActions {
  // A key that changes is a new object, for which nothing is cached.
  const decisionCache = new WeakMap<StoredKey, Map<string, readonly string[]>>();
  const types = ['AWS::IAM::Role', 'AWS::IAM::Policy'];
  const rolesDependOnTime = dependsOnTime(
    JSON.stringify(types.map((type) => template.ofType(type))),
  );
  return (session, registered) => {
    const { tenantId, key } = registered;
    if (rolesDependOnTime || dependsOnTime(key.policy)) return actionsIn(kms, session, registered);
    const aliases = aliasesOf(kms.account, key.keyId).map(({ name }) => name);
    const cell = JSON.stringify([session.id, tenantId, aliases]);
    const answers = decisionCache.get(key) ?? new Map<string, readonly string[]>();
    decisionCache.set(key, answers);
    const answer = answers.get(cell) ?? actionsIn(kms, session, registered);
    answers.set(cell, answer);
    return answer;
  };
}

function actionsIn(kms: SimulatedKms, session: Session, registered: RegisteredKey): string[] {
  const { caller } = session;
  const { key } = registered;
  const contexts = contextsOf(session, registered);
  return tenantActions.filter((action) =>
    contexts.some(
      (encryptionContext) => simulate(kms, { caller, key, action, encryptionContext }).allowed,
    ),
  );
}

/** @returns contexts that name the key's tenant, the session's tenant, and none */
export function contextsOf(session: Session, { tenantId }: RegisteredKey): EncryptionContext[] {
  const named = new Set([tenantId, session.tenantId ?? tenantId]);
  return [...[...named].map((name) => ({ [tenantIdTag]: name })), {}];
}
