/**
 * What AssumeRole is asked for, read as AWS reads it. Invariant: a parameter that this STS cannot honour
 * is refused, never ignored: an ignored session policy would be a session with too many rights.
 */
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

/** @throws AwsError ValidationError, InvalidParameterValue, UnsupportedOperation */
export function readAssumeRole(input: Input): AssumeRoleRequest {
  const unsupported = Object.keys(input).find((name) => !supported.has(name));
  if (unsupported !== undefined) {
    throw new AwsError(
      'UnsupportedOperation',
      `AssumeRole with ${unsupported} is not supported by the local stack; leave it out.`,
    );
  }
  const violations: string[] = [];
  const text = (name: string, limits: Limits) => readText(input[name], name, limits, violations);
  const required = (name: string, limits: Limits) => {
    if (input[name] === undefined) violations.push(broken('null', lowerFirst(name), 'not be null'));
    return text(name, limits) ?? '';
  };
  const request = {
    roleArn: required('RoleArn', { min: 20, max: 2048 }),
    sessionName: required('RoleSessionName', { min: 2, max: 64, pattern: '[\\w+=,.@-]*' }),
    durationSeconds: readDuration(text('DurationSeconds', {}), violations),
    tags: readTags(listOf(input, 'Tags'), violations),
    transitiveTagKeys: readTexts(listOf(input, 'TransitiveTagKeys'), violations),
    externalId: text('ExternalId', { min: 2, max: 1224, pattern: '[\\w+=,.@:\\/-]*' }),
    sourceIdentity: text('SourceIdentity', { min: 2, max: 64, pattern: '[\\w+=,.@-]*' }),
  };
  if (violations.length > 0) {
    const errors = violations.length === 1 ? 'error' : 'errors';
    throw validation(
      `${violations.length} validation ${errors} detected: ${violations.join('; ')}`,
    );
  }
  return { ...request, tags: tagsOf(request.tags, request.transitiveTagKeys) };
}

interface Limits {
  readonly min?: number;
  readonly max?: number;
  /** as AWS prints it; the whole text must match */
  readonly pattern?: string;
}

function readText(
  value: unknown,
  name: string,
  { min = 0, max = Number.POSITIVE_INFINITY, pattern }: Limits,
  violations: string[],
): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw malformed(name);
  const violate = (constraint: string) =>
    violations.push(broken(`'${value}'`, lowerFirst(name), constraint));
  if (value.length > max) violate(`have length less than or equal to ${max}`);
  if (value.length < min) violate(`have length greater than or equal to ${min}`);
  if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`, 'u').test(value)) {
    violate(`satisfy regular expression pattern: ${pattern}`);
  }
  return value;
}

function readDuration(text: string | undefined, violations: string[]): number {
  if (text === undefined) return 3600;
  if (!/^-?\d{1,9}$/.test(text)) throw malformed('DurationSeconds');
  const seconds = Number(text);
  const violate = (constraint: string) =>
    violations.push(broken(`'${seconds}'`, 'durationSeconds', constraint));
  if (seconds < 900) violate('have value greater than or equal to 900');
  if (seconds > 43_200) violate('have value less than or equal to 43200');
  return seconds;
}

/** An empty list arrives as an empty text. */
function listOf(input: Input, name: string): readonly unknown[] {
  const value = input[name] ?? '';
  if (value === '') return [];
  if (Array.isArray(value)) return value;
  throw malformed(name);
}

type Pair = readonly [key: string, value: string];

function readTags(list: readonly unknown[], violations: string[]): readonly Pair[] {
  if (list.length > 50) {
    violations.push(broken('', 'tags', 'have length less than or equal to 50'));
  }
  return list.map((item, index) => {
    if (typeof item !== 'object' || item === null) throw malformed('Tags');
    const { Key, Value, ...others } = item as Input;
    if (Key === undefined || Value === undefined || Object.keys(others).length > 0) {
      throw malformed('Tags');
    }
    const path = `tags.${index + 1}.member`;
    const key = readText(Key, `${path}.key`, { ...tagKey, min: 1, max: 128 }, violations) ?? '';
    const value = readText(Value, `${path}.value`, { ...tagValue, max: 256 }, violations) ?? '';
    return [key, value];
  });
}

const tagKey = { pattern: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+' };
const tagValue = { pattern: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*' };

function readTexts(list: readonly unknown[], violations: string[]): readonly string[] {
  if (list.length > 50) {
    violations.push(broken('', 'transitiveTagKeys', 'have length less than or equal to 50'));
  }
  return list.map((item, index) => {
    const path = `transitiveTagKeys.${index + 1}.member`;
    return readText(item, path, { ...tagKey, min: 1, max: 128 }, violations) ?? '';
  });
}

/** What no single member's limits say. @throws AwsError InvalidParameterValue */
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

const broken = (value: string, path: string, constraint: string): string =>
  `Value ${value} at '${path}' failed to satisfy constraint: Member must ${constraint}`.replace(
    'Value  at',
    'Value at',
  );

const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

export const validation = (message: string) => new AwsError('ValidationError', message);

const invalidParameter = (message: string) => new AwsError('InvalidParameterValue', message);

const malformed = (name: string) =>
  new AwsError('MalformedInput', `The parameter ${name} is not well formed.`);
