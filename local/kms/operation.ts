/**
 * An operation of KMS: one descriptor, in one file of `operations/`, and a line in the list of `service.ts`. None is
 * complete without what CloudTrail records of it and how often it may be called.
 */
import type { CloudTrailFields } from '../aws/cloudtrail-fields.ts';
import type { Call, Operation } from '../aws/operation.ts';
import type { KmsAccount } from './account.ts';
import { type Members, readInput, type Values } from './input.ts';

interface Descriptor<M extends Members> {
  /** as in X-Amz-Target and in the permission, `kms:<name>` */
  readonly name: string;
  /** the members of the input, with the constraints of the API's model */
  readonly members: M;
  /**
   * Sources: "Examples of AWS KMS log entries", developer guide; of the key ARN in the event of an answer that has
   * none: there, "on or after December 2022".
   */
  readonly cloudTrail: CloudTrailFields<NoInfer<keyof M & string>>;
  /**
   * The request quota, an account's own and independent of those of other operations; `null` for cryptography, whose
   * quotas no laptop reaches. Source: "Request quotas", developer guide, 2026.
   */
  readonly requestsPerSecond: number | null;
  /** @throws AwsError */
  run(account: KmsAccount, call: Call, input: Values<M>): object;
}

export interface KmsOperation {
  readonly name: string;
  readonly cloudTrail: CloudTrailFields;
  readonly requestsPerSecond: number | null;
  readonly forAccount: (account: KmsAccount) => Operation;
}

/** The type of the input that `run` gets follows from the members. */
export const kmsOperation = <M extends Members>(descriptor: Descriptor<M>): KmsOperation => ({
  name: descriptor.name,
  cloudTrail: descriptor.cloudTrail,
  requestsPerSecond: descriptor.requestsPerSecond,
  forAccount: (account) => (body, call) =>
    descriptor.run(account, call, readInput(descriptor.members, body)),
});
