/**
 * Which actions are allowed in a cell. Invariant: an answer is kept only for as long as all that it rests on is as
 * it was: the key with its policy and tags, its aliases, the session; where a policy looks at the clock, not at all.
 */
import { tenantActions } from '../../contract/key-policy.ts';
import { tenantIdTag } from '../../contract/tenant-id.ts';
import { aliasesOf } from '../kms/live-keys.ts';
import type { StoredKey } from '../kms/stored-key.ts';
import type { Template } from '../template/template.ts';
import type { Session } from './sessions.ts';
import { type Asked, decisionOf } from './simulate.ts';
import type { KeptKey } from './tenants.ts';

export type EncryptionContext = Readonly<Record<string, string>>;

export type AllowedActions = (session: Session, kept: KeptKey) => readonly string[];

const looksAtTheClock = (policies: string): boolean => /aws:(current|epoch)time/i.test(policies);

/** @returns what finds the allowed actions; each of some dozens of questions costs a tenth of a millisecond */
export function allowedActions(asked: Asked, template: Template): AllowedActions {
  // A key's state is an object of its own, so a changed key has no answers yet.
  const known = new WeakMap<StoredKey, Map<string, readonly string[]>>();
  const types = ['AWS::IAM::Role', 'AWS::IAM::Policy'];
  const rolesDo = looksAtTheClock(JSON.stringify(types.map((type) => template.ofType(type))));
  return (session, kept) => {
    const { tenantId, key } = kept;
    if (rolesDo || looksAtTheClock(key.policy)) return actionsIn(asked, session, kept);
    const aliases = aliasesOf(asked.account, key.keyId).map(({ name }) => name);
    const cell = JSON.stringify([session.id, tenantId, aliases]);
    const answers = known.get(key) ?? new Map<string, readonly string[]>();
    known.set(key, answers);
    const answer = answers.get(cell) ?? actionsIn(asked, session, kept);
    answers.set(cell, answer);
    return answer;
  };
}

function actionsIn(asked: Asked, session: Session, kept: KeptKey): string[] {
  const { caller } = session;
  const { key } = kept;
  const contexts = contextsOf(session, kept);
  return tenantActions.filter((action) =>
    contexts.some(
      (encryptionContext) => decisionOf(asked, { caller, key, action, encryptionContext }).allowed,
    ),
  );
}

/** @returns contexts that name the key's tenant, the session's, and nobody */
export function contextsOf(session: Session, { tenantId }: KeptKey): EncryptionContext[] {
  const named = new Set([tenantId, session.tenantId ?? tenantId]);
  return [...[...named].map((name) => ({ [tenantIdTag]: name })), {}];
}
