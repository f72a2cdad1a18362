/** A role of the stack, as the template declares it. */
import type { PolicyDocument } from '../iam/policy-document.ts';

export interface Role {
  readonly arn: string;
  readonly name: string;
  /** `AROA...` */
  readonly roleId: string;
  readonly trustPolicy: PolicyDocument;
  readonly identityPolicies: readonly PolicyDocument[];
  readonly tags: Readonly<Record<string, string>>;
  readonly maxSessionDurationSeconds: number;
}
