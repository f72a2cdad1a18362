/**
 * The constraints of an API's model, checked as AWS checks them: all of a request at once, in one error that counts
 * and words what is broken.
 */
import { AwsError } from './wire/aws-error.ts';

/** What a request breaks so far, in AWS's words. */
export type Violations = string[];

export interface TextLimits {
  readonly min?: number;
  readonly max?: number;
  /** as AWS prints it; the whole text must match */
  readonly pattern?: string;
}

/** @throws AwsError of that name, where something is broken */
export function requireValid(violations: Violations, errorName: string): void {
  const count = violations.length;
  if (count === 0) return;
  const errors = count === 1 ? 'error' : 'errors';
  throw new AwsError(errorName, `${count} validation ${errors} detected: ${violations.join('; ')}`);
}

/** @returns the path of a member in a message, where its name begins with a small letter */
export const memberPath = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

/** @returns whether it is missing, which is noted */
export function isMissingMember(value: unknown, path: string, violations: Violations): boolean {
  if (value !== undefined && value !== null) return false;
  violations.push(broken(`Value null at '${path}'`, 'not be null'));
  return true;
}

/** @param limits lengths in UTF-16 units, as AWS counts */
export function textCheck({ pattern, ...lengths }: TextLimits) {
  const expression = pattern === undefined ? undefined : new RegExp(`^(?:${pattern})$`, 'u');
  return (value: string, path: string, violations: Violations): void => {
    const subject = `Value '${value}' at '${path}'`;
    violations.push(...brokenLimits(value.length, lengths, subject, 'length'));
    if (expression?.test(value) === false) {
      violations.push(broken(subject, `satisfy regular expression pattern: ${pattern}`));
    }
  };
}

export function checkOneOf(
  value: string,
  values: readonly string[],
  path: string,
  violations: Violations,
): void {
  if (values.includes(value)) return;
  const constraint = `satisfy enum value set: [${values.join(', ')}]`;
  violations.push(broken(`Value '${value}' at '${path}'`, constraint));
}

type Limits = Omit<TextLimits, 'pattern'>;

export function checkNumber(
  value: number,
  limits: Limits,
  path: string,
  violations: Violations,
): void {
  violations.push(...brokenLimits(value, limits, `Value '${value}' at '${path}'`, 'value'));
}

/** Of a list, or of bytes; the message does not show them: they may be plaintext. */
export function checkLength(
  { length }: { readonly length: number },
  limits: Limits,
  path: string,
  violations: Violations,
): void {
  violations.push(...brokenLimits(length, limits, `Value at '${path}'`, 'length'));
}

function brokenLimits(
  value: number,
  { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }: Limits,
  subject: string,
  limited: 'length' | 'value',
): string[] {
  if (value < min) return [broken(subject, `have ${limited} greater than or equal to ${min}`)];
  if (value > max) return [broken(subject, `have ${limited} less than or equal to ${max}`)];
  return [];
}

const broken = (subject: string, constraint: string): string =>
  `${subject} failed to satisfy constraint: Member must ${constraint}`;
