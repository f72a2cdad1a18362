/**
 * The parameters of AssumeRole, read as AWS reads them. Invariant: a parameter that this STS does not support is
 * refused, never ignored: an ignored session policy would be a session with too many rights.
 */

import { type Input, listOf, malformed, refuseOthers } from '../aws/query-input.ts';
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
import {
  invalidParameter,
  readTags,
  type Tags,
  type TextCheck,
  tagKey,
  tagsOf,
} from './request-tags.ts';
import { tagKeyId } from './session.ts';

export interface AssumeRoleRequest {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly durationSeconds: number;
  readonly tags: Tags;
  readonly transitiveTagKeys: readonly string[];
  readonly externalId: string | undefined;
  readonly sourceIdentity: string | undefined;
}

const supported = [
  'RoleArn',
  'RoleSessionName',
  'DurationSeconds',
  'Tags',
  'TransitiveTagKeys',
  'ExternalId',
  'SourceIdentity',
];

const roleArn = textCheck({ min: 20, max: 2048 });
const name = textCheck({ min: 2, max: 64, pattern: '[\\w+=,.@-]*' });
const externalId = textCheck({ min: 2, max: 1224, pattern: '[\\w+=,.@:\\/-]*' });
const anything = textCheck({});
/** Which parts may be empty: recorded on AWS. */
const wellFormedArn = /^arn:[^:]+:[^:]+:[^:]*:[^:]*:.+$/s;

/** @throws AwsError ValidationError, InvalidParameterValue, UnsupportedOperation */
export function readAssumeRole(input: Input): AssumeRoleRequest {
  refuseOthers('AssumeRole', input, supported);
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
  const tags = tagsOf(request.tags);
  checkTransitive(tags, request.transitiveTagKeys);
  return { ...request, tags };
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

function readTagKeys(list: readonly unknown[], violations: Violations): readonly string[] {
  checkLength(list, { max: 50 }, 'transitiveTagKeys', violations);
  return list.map(
    (item, index) =>
      readText(item, `transitiveTagKeys.${index + 1}.member`, tagKey, violations) ?? '',
  );
}

/** @throws AwsError InvalidParameterValue */
function checkTransitive(tags: Tags, transitive: readonly string[]): void {
  const ids = new Set(Object.keys(tags).map(tagKeyId));
  if (transitive.some((key) => !ids.has(tagKeyId(key)))) {
    throw invalidParameter(
      'The specified transitive tag key must be included in the requested tags.',
    );
  }
}

export const validationError = (message: string) => new AwsError('ValidationError', message);
