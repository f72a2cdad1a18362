/**
 * Simulates a call of KMS: what would the policies decide? Invariant: the code that decides real calls decides, with
 * the same condition keys and the current policies and tags. An action counts as allowed if it is in any form in
 * which a caller can ask for it: by key or alias, with equal or different keys.
 */
import { randomUUID } from 'node:crypto';
import type { EncryptionContext } from '../../contract/encryption-context.ts';
import { callOf } from '../aws/call.ts';
import { decisionLog } from '../aws/decision-log.ts';
import { AwsError } from '../aws/wire/aws-error.ts';
import type { Clock } from '../clock.ts';
import type { Caller } from '../iam/caller.ts';
import type { ConditionContext, Decision } from '../iam/decision.ts';
import { authorizeKey, findKey } from '../kms/access.ts';
import type { KmsAccount } from '../kms/account.ts';
import { cryptoConditions } from '../kms/cryptography.ts';
import type { FoundKey } from '../kms/key-lookup.ts';
import { aliasesOf } from '../kms/live-keys.ts';
import type { StoredKey } from '../kms/stored-key.ts';
import type { KeyedTenant } from './tenants.ts';

export interface SimulatedKms {
  readonly account: KmsAccount;
  /** for `aws:CurrentTime` */
  readonly clock: Clock;
}

export interface SimulatedCall {
  readonly caller: Caller;
  /** may be gone: IAM alone decides who may know that */
  readonly key: Pick<KeyedTenant, 'keyArn' | 'key'>;
  /** `kms:Operation` */
  readonly action: string;
  readonly encryptionContext: EncryptionContext;
}

/** @returns a decision that allows, else the decision about the simplest form: by the key itself */
export function simulate(
  kms: SimulatedKms,
  { caller, key, action, ...rest }: SimulatedCall,
): Decision {
  const context = new Map(Object.entries(rest.encryptionContext));
  const conditions = cryptoConditions(context, 'SYMMETRIC_DEFAULT');
  const names = key.key === undefined ? [key.keyArn] : namesOf(kms.account, key.key);
  let simplest: Decision | undefined;
  for (const found of names) {
    for (const more of conditionsOf(action)) {
      const decision = decide(kms, caller, found, action, { ...conditions, ...more });
      if (decision.allowed) return decision;
      simplest ??= decision;
    }
  }
  return simplest as Decision;
}

const namesOf = (account: KmsAccount, key: StoredKey): FoundKey[] => [
  { account, key },
  ...aliasesOf(account, key.keyId).map(({ name }) => ({ account, key, alias: name })),
];

/** ReEncrypt has a condition key for whether both sides have the same key. */
const conditionsOf = (action: string): readonly ConditionContext[] =>
  action.startsWith('kms:ReEncrypt')
    ? [{ 'kms:ReEncryptOnSameKey': 'true' }, { 'kms:ReEncryptOnSameKey': 'false' }]
    : [{}];

function decide(
  { account, clock }: SimulatedKms,
  caller: Caller,
  found: FoundKey | string,
  action: string,
  context: ConditionContext,
): Decision {
  const decisions = decisionLog();
  const requestId = randomUUID();
  const origin = { service: 'kms', sourceIp: '127.0.0.1', region: account.region };
  const call = callOf({ ...origin, caller, requestId, clock, decisions });
  let refusal = '';
  try {
    if (typeof found === 'string') findKey(account, call, action, found, 'ids', context);
    else authorizeKey(call, found, action, context);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    refusal = error.message;
  }
  // No policy is asked about an ARN of another account or region.
  const [record] = decisions.of(requestId);
  return record?.decision ?? { allowed: false, kind: 'implicit-deny', reasons: [refusal] };
}
