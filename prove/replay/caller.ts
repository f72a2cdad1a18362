/**
 * Who sends the request: a session of a role of the stack, with the model's name and tags, or another principal of the
 * account, who may do by IAM whatever there is. Nothing of a caller is taken from the words of a question.
 */
import type { Deployment } from '../../local/deployment.ts';
import { functionSession } from '../../local/function-session.ts';
import { operatorOf } from '../../local/operator.ts';
import type { Role } from '../../local/sts/role.ts';
import { sessionOf } from '../../local/sts/session.ts';
import type { ConcreteRequest } from '../formula/assignment.ts';
import type { Policy } from '../formula/policy.ts';
import { keyId } from '../formula/request.ts';
import type { StackPolicies } from '../stack-policies.ts';
import { allowsEverything } from '../theorems/callers.ts';
import type { Asked } from '../theorems/request-of.ts';
import { NotReplayable } from './not-replayable.ts';
import type { Wanted } from './wanted.ts';

export interface ReplayCaller {
  readonly credentials: Deployment['operator'];
  readonly identity: ConcreteRequest['caller'];
}

const functionKey = 'lambda:SourceFunctionArn';

/** @throws NotReplayable */
export function callerOf(
  asked: Asked,
  wanted: Wanted,
  stack: StackPolicies,
  deployment: Deployment,
): ReplayCaller {
  const { who } = asked.caller;
  if (who === 'stranger') {
    throw new NotReplayable('the local stack has one account, and the request comes from another');
  }
  if (who === 'service') {
    throw new NotReplayable('the local stack has no service of AWS that calls by itself');
  }
  if (who === 'nobody') {
    throw new NotReplayable('the local stack answers no request without a signature');
  }
  const tags = wanted.named('aws:PrincipalTag/');
  if (who === 'principal')
    return session(administrator(wanted, stack, deployment), tags, wanted, deployment);
  const role = deployment.roles.get(who.sessionOf.arn);
  if (role === undefined) throw new NotReplayable(`the template has no role ${who.sessionOf.arn}`);
  const identityPolicies = policiesOf(role, who.sessionOf.policies, asked);
  if (identityPolicies !== role.identityPolicies) {
    return session({ ...role, identityPolicies }, tags, wanted, deployment);
  }
  const functionArn = wanted.textOf(functionKey);
  return functionArn === undefined
    ? session(role, tags, wanted, deployment)
    : inFunction(functionArn, role, deployment);
}

/** The role's own, or what the question has in place of them or beside them. */
function policiesOf(
  role: Role,
  own: readonly Policy[],
  { identity: instead, caller }: Asked,
): Role['identityPolicies'] {
  const identity = instead ?? caller.identity;
  if (identity === 'anything') return everything(role.arn);
  const more = identity.filter((policy) => !own.includes(policy));
  if (own.every((policy) => identity.includes(policy))) {
    if (more.length === 0) return role.identityPolicies;
    if (more.every((policy) => policy === allowsEverything)) {
      return [...role.identityPolicies, ...everything(role.arn)];
    }
  }
  if (identity.length === 0) return [];
  throw new NotReplayable('the question gives the caller policies that the template does not have');
}

function session(
  role: Role,
  tags: Readonly<Record<string, string>>,
  { sessionName = '' }: Wanted,
  deployment: Deployment,
): ReplayCaller {
  const own = new Set(Object.keys(role.tags).map(keyId));
  const passed = Object.fromEntries(
    Object.entries(tags).filter(
      ([name, value]) => !own.has(keyId(name)) || role.tags[name] !== value,
    ),
  );
  const name = /^[\w+=,.@-]{2,64}$/.test(sessionName) ? sessionName : 'replay';
  return {
    credentials: deployment.issue(role, name, passed),
    identity: sessionOf(role, name, passed),
  };
}

/** The function's own session: no other one has the function's ARN. */
function inFunction(arn: string, role: Role, deployment: Deployment): ReplayCaller {
  const definition = deployment.functions.get(arn);
  if (definition === undefined) throw new NotReplayable(`the template has no function ${arn}`);
  const passed = { ...definition, roleArn: role.arn };
  return {
    credentials: deployment.issueTo(passed),
    identity: functionSession(passed, deployment.roles),
  };
}

/** As the model names it, where that is a role that the stack does not have. */
function administrator(
  { principalArn }: Wanted,
  { accountId }: StackPolicies,
  deployment: Deployment,
): Role {
  const [like] = deployment.roles.values();
  if (like === undefined) throw new NotReplayable('the template has no role');
  const [, partition] = like.arn.split(':');
  const beginning = `arn:${partition}:iam::${accountId}:role/`;
  const isRole =
    principalArn.startsWith(beginning) &&
    /^[\w+=,.@/-]+$/.test(principalArn.slice(beginning.length));
  const arn =
    isRole && !deployment.roles.has(principalArn) ? principalArn : `${beginning}Administrator`;
  return {
    ...like,
    arn,
    name: arn.split('/').at(-1) as string,
    identityPolicies: everything(arn),
    tags: {},
  };
}

/** The policies of an administrator: Allow * on *. */
function everything(arn: string): Role['identityPolicies'] {
  const [, partition = '', , , accountId = ''] = arn.split(':');
  return operatorOf(partition, accountId).identityPolicies;
}
