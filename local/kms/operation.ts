/**
 * An operation of KMS: one descriptor, in one file of `operations/`, and a line in the list of `service.ts`. None is
 * complete without what CloudTrail records of it and how often it may be called.
 */
import type { CloudTrailFields } from '../aws/cloudtrail-fields.ts';
import type { Call, Operation } from '../aws/operation.ts';
import { accountNamed, type KmsAccount, type KmsAccounts } from './account.ts';
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
  /**
   * Whether it works on a key of another account, which is named by its ARN. Source: "Cross-account use" of each
   * operation, API reference; what a policy says of the other operations has no effect there.
   */
  readonly crossAccount?: true;
  /**
   * @param account the caller's or, of an operation across accounts, the one of which `KeyId` is an ARN
   * @param accounts all that are here
   * @throws AwsError
   */
  run(account: KmsAccount, call: Call, input: Values<M>, accounts: KmsAccounts): object;
}

export interface KmsOperation {
  readonly name: string;
  readonly cloudTrail: CloudTrailFields;
  readonly requestsPerSecond: number | null;
  readonly forAccounts: (accounts: KmsAccounts) => Operation;
}

/** The type of the input that `run` gets follows from the members. */
export const kmsOperation = <M extends Members>(descriptor: Descriptor<M>): KmsOperation => ({
  name: descriptor.name,
  cloudTrail: descriptor.cloudTrail,
  requestsPerSecond: descriptor.requestsPerSecond,
  forAccounts: (accounts) => (body, call) => {
    const input = readInput(descriptor.members, body);
    const { KeyId } = input as { readonly KeyId?: string };
    const own = accounts.get(call.caller.accountId);
    if (own === undefined) throw new Error(`no KMS of account ${call.caller.accountId}`);
    const account = descriptor.crossAccount ? accountNamed(accounts, own, KeyId) : own;
    return descriptor.run(account, call, input, accounts);
  },
});
