/**
 * What CloudTrail records of an operation. Invariant: an event holds nothing of a request or an answer that its
 * operation does not list, so no plaintext, ciphertext, message, signature, key or grant token.
 */
type Members = Readonly<Record<string, unknown>>;

/** @template Input the names of the operation's input members */
export interface CloudTrailFields<Input extends string = string> {
  /** true for cryptography as well: it changes nothing */
  readonly readOnly: boolean;
  /** members of the input */
  readonly requestParameters: readonly Input[];
  /** values of members that are recorded even where the request leaves them out */
  readonly defaults?: Readonly<Partial<Record<Input, unknown>>>;
  /** members of the answer; `key ARN`: that of the key, which the answer does not have; absent: none */
  readonly responseElements?: readonly string[] | 'key ARN';
  /** which key material was used */
  readonly additionalEventData?: (answer: Members) => Members;
}
