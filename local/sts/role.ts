/** A role, as a template declares it or IAM's API made it. */
import type { PolicyDocument } from '../iam/policy-document.ts';

export interface Role {
  readonly arn: string;
  readonly name: string;
  /** `AROA...` */
  readonly roleId: string;
  /** absent: with its stack */
  readonly createdAt?: Date;
  readonly trustPolicy: PolicyDocument;
  readonly identityPolicies: readonly PolicyDocument[];
  readonly tags: Readonly<Record<string, string>>;
  readonly maxSessionDurationSeconds: number;
}
