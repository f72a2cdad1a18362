/** Small policies asked about one request, as the tests of the formulas use them. */
import type { ConditionContext } from '../../../local/iam/decision.ts';
import { assignmentOf } from '../../../prove/formula/assignment.ts';
import { allowed, policyOf, requestDecidedBy } from '../../../prove/formula/policy.ts';
import { accountId } from '../../harness/account.ts';
import { decisionOf } from './assignment.ts';

export const role = `arn:aws:iam::${accountId}:role/app`;
export const key = `arn:aws:kms:us-east-1:${accountId}:key/1`;

export interface Asked {
  readonly action?: string;
  readonly resource?: string;
  readonly context?: ConditionContext;
  readonly tags?: Readonly<Record<string, string>>;
  readonly caller?: {
    readonly arn?: string;
    readonly principalArn?: string;
    readonly accountId?: string;
    readonly service?: string;
  };
}

/** `either`: what is not modelled decides, so that both can be had. */
export type Answer = 'allowed' | 'refused' | 'either';

interface Policies {
  readonly identity?: readonly object[];
  readonly key?: readonly object[];
  readonly trust?: readonly object[];
}

const document = (statements: readonly object[]) => ({
  Version: '2012-10-17',
  Statement: statements,
});

/** @throws UnknownPolicyElement */
export function decide({ identity = [], key: ofKey, trust }: Policies, asked: Asked = {}): Answer {
  const own = [policyOf('Role/Policy', document(identity))];
  const resource = ofKey ?? trust;
  const ofResource = resource && policyOf('Resource', document(resource));
  const symbolic = requestDecidedBy('request', [...own, ...(ofResource ? [ofResource] : [])]);
  const formula = allowed(
    { identity: own, ...(ofResource && { resource: ofResource }), isTrust: trust !== undefined },
    symbolic,
  );
  const { action = 'kms:Decrypt', context = {}, tags = {}, caller } = asked;
  const request = { action, resource: asked.resource ?? key, context };
  const session = `arn:aws:sts::${accountId}:assumed-role/app/1`;
  const identityOf = { arn: session, principalArn: role, accountId, userId: 'AROA:1', ...caller };
  const { may, must } = decisionOf(
    formula,
    assignmentOf(formula, symbolic, {
      caller: { ...identityOf, tags },
      request,
    }),
  );
  return must ? 'allowed' : may ? 'either' : 'refused';
}

const everything = { Action: '*', Resource: '*' };

/** A condition alone in an Allow, and alone in a Deny beside an Allow of everything. */
export function answersOf(Condition: object, asked: Asked): { Allow: Answer; Deny: Answer } {
  const condition = { ...everything, Condition };
  return {
    Allow: decide({ identity: [{ Effect: 'Allow', ...condition }] }, asked),
    Deny: decide(
      {
        identity: [
          { Effect: 'Allow', ...everything },
          { Effect: 'Deny', ...condition },
        ],
      },
      asked,
    ),
  };
}

export const holds = { Allow: 'allowed', Deny: 'refused' };
export const fails = { Allow: 'refused', Deny: 'allowed' };
/** It opens more than the policy may, never less. */
export const isFree = { Allow: 'either', Deny: 'either' };
