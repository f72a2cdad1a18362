/** Tags in a request to STS or IAM, and the condition keys that policies see of them. */
import { type Input, malformed } from '../aws/query-input.ts';
import { checkLength, textCheck, type Violations } from '../aws/validation.ts';
import { AwsError } from '../aws/wire/aws-error.ts';
import type { ConditionContext } from '../iam/decision.ts';
import { tagKeyId } from './session.ts';

export type Tags = Readonly<Record<string, string>>;
export type TextCheck = ReturnType<typeof textCheck>;
const invalidParameterName = 'InvalidParameterValue';
type Pair = readonly [key: string, value: string];

export const tagKey = textCheck({ min: 1, max: 128, pattern: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+' });
const tagValue = textCheck({ max: 256, pattern: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*' });

/** @throws AwsError MalformedInput where the tags are no list of Key and Value */
export function readTags(list: readonly unknown[], violations: Violations): readonly Pair[] {
  checkLength(list, { max: 50 }, 'tags', violations);
  return list.map((item, index) => {
    if (typeof item !== 'object' || item === null) throw malformed('Tags');
    const { Key, Value, ...others } = item as Input;
    if (typeof Key !== 'string' || typeof Value !== 'string' || Object.keys(others).length > 0) {
      throw malformed('Tags');
    }
    const path = `tags.${index + 1}.member`;
    tagKey(Key, `${path}.key`, violations);
    tagValue(Value, `${path}.value`, violations);
    return [Key, Value];
  });
}

/** The rules on tags as a whole. @throws AwsError of that name */
export function tagsOf(pairs: readonly Pair[], errorName = invalidParameterName): Tags {
  const ids = new Set(pairs.map(([key]) => tagKeyId(key)));
  if (ids.size < pairs.length) {
    throw new AwsError(
      errorName,
      'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
    );
  }
  if ([...ids].some((id) => id.startsWith('aws:'))) {
    throw new AwsError(errorName, "Tag keys that start with 'aws:' are reserved for system use.");
  }
  return Object.fromEntries(pairs);
}

export function tagContext(tags: Tags): ConditionContext {
  const keys = Object.keys(tags);
  return {
    ...Object.fromEntries(
      Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value]),
    ),
    'aws:TagKeys': keys.length > 0 ? keys : undefined,
  };
}

export const invalidParameter = (message: string) => new AwsError(invalidParameterName, message);
