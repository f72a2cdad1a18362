/** One operation of an AWS service, as the endpoint calls it. */
import type { Clock } from '../clock.ts';
import type { Caller } from '../iam/caller.ts';
import type { ConditionContext, Decision } from '../iam/decision.ts';
import type { PolicyDocument } from '../iam/policy-document.ts';

export interface AccessCheck {
  /** `service:Operation` */
  readonly action: string;
  readonly resource: string;
  /** the resource as the caller named it, for the refusal, where that is another name than its ARN */
  readonly named?: string;
  /** the service's own condition keys; the endpoint adds the global ones */
  readonly context?: ConditionContext;
  /** the policy of the resource, where its service has such: the key policy, the trust policy */
  readonly resourcePolicy?: PolicyDocument;
}

/** One authenticated request. */
export interface Call {
  readonly caller: Caller;
  readonly requestId: string;
  readonly clock: Clock;
  /** @throws AwsError AccessDenied(Exception), worded as AWS words it, when the policies refuse */
  authorize(check: AccessCheck): Decision;
}

export type Operation = (
  input: Readonly<Record<string, unknown>>,
  call: Call,
) => Promise<object> | object;

/** A service: its operations by name. A name that is not there is an UnknownOperationException. */
export interface Service {
  /** as in an action and in a credential scope: `kms`, `sts`, `dynamodb` */
  readonly name: string;
  readonly operations: Readonly<Record<string, Operation>>;
}
