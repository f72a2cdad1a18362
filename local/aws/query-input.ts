/**
 * What requests of AWS's query protocol have in common: parameters that are texts or lists of members. Invariant: a
 * parameter that an operation does not support is refused, never ignored.
 */
import { AwsError } from './wire/aws-error.ts';

export type Input = Readonly<Record<string, unknown>>;

/** @throws AwsError UnsupportedOperation */
export function refuseOthers(operation: string, input: Input, known: readonly string[]): void {
  const other = Object.keys(input).find((member) => !known.includes(member));
  if (other === undefined) return;
  throw new AwsError(
    'UnsupportedOperation',
    `${operation} with ${other} is not supported by the local stack; leave it out.`,
  );
}

/** An empty list arrives as an empty text. @throws AwsError MalformedInput */
export function listOf(input: Input, member: string): readonly unknown[] {
  const value = input[member] ?? '';
  if (value === '') return [];
  if (Array.isArray(value)) return value;
  throw malformed(member);
}

export const malformed = (member: string) =>
  new AwsError('MalformedInput', `The parameter ${member} is not well formed.`);
