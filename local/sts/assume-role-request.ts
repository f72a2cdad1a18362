/**
 * The parameters of AssumeRole, read as AWS reads them. Invariant: a parameter that this STS does not support is
 * refused, never ignored: an ignored session policy would be a session with too many rights.
 */

import {
  checkLength,
  checkNumber,
  isMissingMember,
  memberPath,
  requireValid,
  textCheck,
  type Violations,
} from '../aws/validation.ts';
import { AwsError } from '../aws/wire/aws-error.ts';
import { tagKeyId } from './session.ts';

export interface AssumeRoleRequest {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly durationSeconds: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly transitiveTagKeys: readonly string[];
  readonly externalId: string | undefined;
  readonly sourceIdentity: string | undefined;
}

type Input = Readonly<Record<string, unknown>>;

const supported = new Set([
  'RoleArn',
  'RoleSessionName',
  'DurationSeconds',
  'Tags',
  'TransitiveTagKeys',
  'ExternalId',
  'SourceIdentity',
]);

type TextCheck = ReturnType<typeof textCheck>;

const roleArn = textCheck({ min: 20, max: 2048 });
const name = textCheck({ min: 2, max: 64, pattern: '[\\w+=,.@-]*' });
const externalId = textCheck({ min: 2, max: 1224, pattern: '[\\w+=,.@:\\/-]*' });
const tagKey = textCheck({ min: 1, max: 128, pattern: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+' });
const tagValue = textCheck({ max: 256, pattern: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*' });
const anything = textCheck({});
/** Which parts may be empty: recorded on AWS. */
const wellFormedArn = /^arn:[^:]+:[^:]+:[^:]*:[^:]*:.+$/s;

/** @throws AwsError ValidationError, InvalidParameterValue, UnsupportedOperation */
export function readAssumeRole(input: Input): AssumeRoleRequest {
  const unsupported = Object.keys(input).find((member) => !supported.has(member));
  if (unsupported !== undefined) {
    throw new AwsError(
      'UnsupportedOperation',
      `AssumeRole with ${unsupported} is not supported by the local stack; leave it out.`,
    );
  }
  const violations: Violations = [];
  const text = (member: string, check: TextCheck) =>
    readText(input[member], member, check, violations);
  const required = (member: string, check: TextCheck) =>
    isMissingMember(input[member], memberPath(member), violations)
      ? ''
      : (text(member, check) ?? '');
  const request = {
    roleArn: required('RoleArn', roleArn),
    sessionName: required('RoleSessionName', name),
    durationSeconds: readDuration(text('DurationSeconds', anything), violations),
    tags: readTags(listOf(input, 'Tags'), violations),
    transitiveTagKeys: readTagKeys(listOf(input, 'TransitiveTagKeys'), violations),
    externalId: text('ExternalId', externalId),
    sourceIdentity: text('SourceIdentity', name),
  };
  requireValid(violations, 'ValidationError');
  if (!wellFormedArn.test(request.roleArn)) throw validationError(`${request.roleArn} is invalid`);
  return { ...request, tags: tagsOf(request.tags, request.transitiveTagKeys) };
}

function readText(
  value: unknown,
  member: string,
  check: TextCheck,
  violations: Violations,
): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw malformed(member);
  check(value, memberPath(member), violations);
  return value;
}

function readDuration(text: string | undefined, violations: Violations): number {
  if (text === undefined) return 3600;
  if (!/^-?\d{1,9}$/.test(text)) throw malformed('DurationSeconds');
  const seconds = Number(text);
  checkNumber(seconds, { min: 900, max: 43_200 }, 'durationSeconds', violations);
  return seconds;
}

/** An empty list arrives as an empty text. */
function listOf(input: Input, member: string): readonly unknown[] {
  const value = input[member] ?? '';
  if (value === '') return [];
  if (Array.isArray(value)) return value;
  throw malformed(member);
}

type Pair = readonly [key: string, value: string];

function readTags(list: readonly unknown[], violations: Violations): readonly Pair[] {
  checkLength(list, { max: 50 }, 'tags', violations);
  return list.map((item, index) => {
    if (typeof item !== 'object' || item === null) throw malformed('Tags');
    const { Key, Value, ...others } = item as Input;
    if (Key === undefined || Value === undefined || Object.keys(others).length > 0) {
      throw malformed('Tags');
    }
    const path = `tags.${index + 1}.member`;
    const key = readText(Key, `${path}.key`, tagKey, violations) ?? '';
    const value = readText(Value, `${path}.value`, tagValue, violations) ?? '';
    return [key, value];
  });
}

function readTagKeys(list: readonly unknown[], violations: Violations): readonly string[] {
  checkLength(list, { max: 50 }, 'transitiveTagKeys', violations);
  return list.map(
    (item, index) =>
      readText(item, `transitiveTagKeys.${index + 1}.member`, tagKey, violations) ?? '',
  );
}

/** The rules on tags as a whole. @throws AwsError InvalidParameterValue */
function tagsOf(pairs: readonly Pair[], transitive: readonly string[]): Record<string, string> {
  const ids = new Set(pairs.map(([key]) => tagKeyId(key)));
  if (ids.size < pairs.length) {
    throw invalidParameter(
      'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
    );
  }
  if ([...ids].some((id) => id.startsWith('aws:'))) {
    throw invalidParameter("Tag keys that start with 'aws:' are reserved for system use.");
  }
  if (transitive.some((key) => !ids.has(tagKeyId(key)))) {
    throw invalidParameter(
      'The specified transitive tag key must be included in the requested tags.',
    );
  }
  return Object.fromEntries(pairs);
}

export const validationError = (message: string) => new AwsError('ValidationError', message);

const invalidParameter = (message: string) => new AwsError('InvalidParameterValue', message);

const malformed = (member: string) =>
  new AwsError('MalformedInput', `The parameter ${member} is not well formed.`);
