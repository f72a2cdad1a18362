/**
 * What KMS would decide, were it asked. Invariant: the answer comes by the way that a request takes, with the
 * same condition keys, from the policies and tags as they stand; it is asked in every way in which the action
 * can be asked for, and one that is allowed counts.
 */

import { randomUUID } from 'node:crypto';
import { callOf } from '../aws/call.ts';
import { decisionLog } from '../aws/decision-log.ts';
import { AwsError } from '../aws/wire/aws-error.ts';
import type { Clock } from '../clock.ts';
import type { Caller } from '../iam/caller.ts';
import type { ConditionContext, Decision } from '../iam/decision.ts';
import { authorizeKey } from '../kms/access.ts';
import type { KmsAccount } from '../kms/account.ts';
import { cryptoConditions } from '../kms/cryptography.ts';
import type { FoundKey } from '../kms/key-lookup.ts';
import { aliasesOf } from '../kms/live-keys.ts';
import type { StoredKey } from '../kms/stored-key.ts';

/** Whom to ask, and what time it is for `aws:CurrentTime`. */
export interface Asked {
  readonly account: KmsAccount;
  readonly clock: Clock;
}

export interface Question {
  readonly caller: Caller;
  readonly key: StoredKey;
  /** `kms:Operation` */
  readonly action: string;
  readonly encryptionContext: Readonly<Record<string, string>>;
}

/** @returns the decision that allows, or else the one about the plainest request */
export function decisionOf(asked: Asked, { caller, key, action, ...rest }: Question): Decision {
  const context = new Map(Object.entries(rest.encryptionContext));
  const conditions = cryptoConditions(context, 'SYMMETRIC_DEFAULT');
  const aliases = aliasesOf(asked.account, key.keyId);
  const names: FoundKey[] = [{ key }, ...aliases.map(({ name }) => ({ key, alias: name }))];
  let plainest: Decision | undefined;
  for (const found of names) {
    for (const more of conditionsOf(action)) {
      const decision = ask(asked, caller, found, action, { ...conditions, ...more });
      if (decision.allowed) return decision;
      plainest ??= decision;
    }
  }
  return plainest as Decision;
}

/** ReEncrypt tells whether the key is the same on both sides. */
const conditionsOf = (action: string): readonly ConditionContext[] =>
  action.startsWith('kms:ReEncrypt')
    ? [{ 'kms:ReEncryptOnSameKey': 'true' }, { 'kms:ReEncryptOnSameKey': 'false' }]
    : [{}];

function ask(
  { account, clock }: Asked,
  caller: Caller,
  found: FoundKey,
  action: string,
  context: ConditionContext,
): Decision {
  const { region, accountId } = account;
  const decisions = decisionLog();
  const requestId = randomUUID();
  const origin = { service: 'kms', sourceIp: '127.0.0.1', region, accountId };
  const call = callOf({ ...origin, caller, requestId, clock, decisions });
  try {
    authorizeKey(account, call, found, action, context);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
  }
  return decisions.of(requestId)[0]?.decision as Decision;
}
