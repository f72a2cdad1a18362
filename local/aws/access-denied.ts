/** The refusal of the policies, as AWS words it. */

import type { Caller } from '../iam/caller.ts';
import type { Decision } from '../iam/decision.ts';
import type { AccessCheck } from './operation.ts';
import { AwsError } from './wire/aws-error.ts';

export function accessDenied(
  service: string,
  caller: Caller,
  check: AccessCheck,
  decision: Decision,
): AwsError {
  const message = `User: ${caller.arn} is not authorized to perform: ${check.action} on resource: ${check.resource}`;
  // STS gives no reason, so that nobody learns by it which roles exist.
  const reason = service === 'sts' ? '' : reasonOf(check.action, decision);
  return new AwsError('AccessDeniedException', message + reason);
}

function reasonOf(action: string, { kind, side }: Decision): string {
  if (side === undefined) return '';
  const policy = side === 'identity' ? 'identity-based policy' : 'resource-based policy';
  return kind === 'explicit-deny'
    ? ` with an explicit deny in ${side === 'identity' ? 'an' : 'a'} ${policy}`
    : ` because no ${policy} allows the ${action} action`;
}
