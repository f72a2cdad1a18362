/** The refusal of the policies, as AWS words it. */

import { isForeign } from '../iam/authorize.ts';
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
  const message = `User: ${caller.arn} is not authorized to perform: ${check.action} on resource: ${check.named ?? check.resource}`;
  // STS gives no reason, so that nobody learns by it which roles exist.
  const reason = service === 'sts' ? '' : reasonOf(caller, check, decision);
  return new AwsError('AccessDeniedException', message + reason);
}

/** Of a resource of another account one sentence for all: nobody learns by it whether the resource exists. */
const nothingOfTheOther =
  ' because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based ' +
  'policy explicitly denies access';

function reasonOf(
  caller: Caller,
  { action, resource }: AccessCheck,
  { kind, side }: Decision,
): string {
  if (side === undefined) return '';
  if (side === 'resource' && isForeign(caller, resource)) return nothingOfTheOther;
  const policy = side === 'identity' ? 'identity-based policy' : 'resource-based policy';
  return kind === 'explicit-deny'
    ? ` with an explicit deny in ${side === 'identity' ? 'an' : 'a'} ${policy}`
    : ` because no ${policy} allows the ${action} action`;
}
