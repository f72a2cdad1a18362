/**
 * The session under which a function runs. Invariant: it carries the function's ARN, which no session does that is made
 * in another way, one that the function itself opens among them.
 */
import type { Caller } from './iam/caller.ts';
import type { FunctionDefinition } from './lambda/template.ts';
import type { Role } from './sts/role.ts';
import { sessionOf } from './sts/session.ts';

/** @throws Error where the function's role is missing or does not trust Lambda */
export function functionSession(
  { arn, name, roleArn }: FunctionDefinition,
  roles: ReadonlyMap<string, Role>,
): Caller {
  const role = roles.get(roleArn);
  if (role === undefined) throw new Error(`${name}: no such role: ${roleArn}`);
  if (!trustsLambda(role.trustPolicy.source)) {
    throw new Error(`${name}: its role ${role.name} does not trust lambda.amazonaws.com`);
  }
  return { ...sessionOf(role, name), sourceFunctionArn: arn };
}

function trustsLambda(trustPolicy: Readonly<Record<string, unknown>>): boolean {
  return [trustPolicy.Statement].flat().some((statement) => {
    const { Effect, Principal, Condition } = statement as Record<string, unknown>;
    const services = [(Principal as Record<string, unknown> | undefined)?.Service].flat();
    return (
      Effect === 'Allow' && Condition === undefined && services.includes('lambda.amazonaws.com')
    );
  });
}
