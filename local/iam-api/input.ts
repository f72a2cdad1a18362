/** What IAM's requests have: names, and which page of a list. Limits are those of the API's model. */
import { pageOf } from '../aws/pagination.ts';
import { type Input, malformed } from '../aws/query-input.ts';
import {
  checkNumber,
  isMissingMember,
  memberPath,
  requireValid,
  textCheck,
  type Violations,
} from '../aws/validation.ts';
import { AwsError } from '../aws/wire/aws-error.ts';

const policyDocument = textCheck({
  min: 1,
  max: 131_072,
  pattern: '[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+',
});

const checks = {
  RoleName: textCheck({ min: 1, max: 64, pattern: '[\\w+=,.@-]+' }),
  PolicyName: textCheck({ min: 1, max: 128, pattern: '[\\w+=,.@-]+' }),
  PolicyDocument: policyDocument,
  AssumeRolePolicyDocument: policyDocument,
};

/** @throws AwsError ValidationError, for all that is wrong at once */
export function namesOf<N extends keyof typeof checks>(
  input: Input,
  ...names: readonly N[]
): Record<N, string> {
  const violations: Violations = [];
  const values = names.map((name) => {
    const value = input[name];
    const path = memberPath(name);
    if (isMissingMember(value, path, violations)) return [name, ''];
    if (typeof value !== 'string') throw malformed(name);
    checks[name](value, path, violations);
    return [name, value];
  });
  requireValid(violations, 'ValidationError');
  return Object.fromEntries(values);
}

/**
 * @param member of the answer, which has the items of the page that is asked for
 * @param all in ascending order of `id`
 * @throws AwsError ValidationError
 */
export function listed<T>(
  { MaxItems = '100', Marker }: Input,
  member: string,
  all: readonly T[],
  id: (item: T) => string,
): object {
  if (!/^-?\d{1,9}$/.test(String(MaxItems))) throw malformed('MaxItems');
  const violations: Violations = [];
  checkNumber(Number(MaxItems), { min: 1, max: 1000 }, 'maxItems', violations);
  requireValid(violations, 'ValidationError');
  const marker = Marker === undefined ? undefined : String(Marker);
  const page = pageOf(all, id, Number(MaxItems), marker);
  if (page === undefined) throw new AwsError('ValidationError', 'Invalid Marker.');
  return { [member]: page.items, IsTruncated: page.next !== undefined, Marker: page.next };
}
