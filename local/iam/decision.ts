/** What the evaluator is asked and what it answers. */

/** Values of the request's condition keys, by their name as AWS spells it (compared without case). */
export type ConditionContext = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The caller, as authorization sees it. */
export interface CallerIdentity {
  /** as GetCallerIdentity gives it: the user, or `assumed-role/<role>/<session>` */
  readonly arn: string;
  /** `aws:PrincipalArn`: the user, or the role that a session was made from */
  readonly principalArn: string;
  readonly accountId: string;
  readonly userId: string;
  /** `aws:PrincipalTag/*`: the role's own tags with the session's over them */
  readonly tags: Readonly<Record<string, string>>;
  /** the function whose environment holds the credentials: `lambda:SourceFunctionArn` of all that is done with them */
  readonly sourceFunctionArn?: string;
  /** for a service of AWS that acts by itself, such as `cloudtrail.amazonaws.com`: no IAM identity */
  readonly service?: string;
}

export interface AccessRequest {
  /** `service:Operation` */
  readonly action: string;
  /** an ARN, or `*` where the action has no resource */
  readonly resource: string;
  readonly context: ConditionContext;
}

/** The statement that decided, and where it stands. */
export interface StatementName {
  /** the policy's name, such as `TenantRole/Policy` or `key policy of arn:...` */
  readonly policy: string;
  /** the Sid, or `#<index>` */
  readonly statement: string;
}

export interface Decision {
  readonly allowed: boolean;
  readonly kind: 'allowed' | 'explicit-deny' | 'implicit-deny';
  /** the Deny, or the Allow, that decided; absent for an implicit deny */
  readonly by?: StatementName;
  /** for an explicit deny, or for the side that failed to allow */
  readonly side?: 'identity' | 'resource';
  /**
   * For a person: why. For an implicit deny, one line for each Allow whose action and principal match and
   * what of it did not (`TenantRole/Policy OwnKey: StringEquals aws:ResourceTag/TenantId is "b", must be "a"`).
   */
  readonly reasons: readonly string[];
}
