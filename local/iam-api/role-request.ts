/**
 * What the requests have that change roles. Invariant: a parameter that this IAM does not support is refused, never
 * ignored: a role without its permissions boundary would have too many rights.
 */
import { checkNumber, requireValid, textCheck, type Violations } from '../aws/validation.ts';
import { AwsError } from '../aws/wire/aws-error.ts';
import { tagKeyId } from '../sts/session.ts';
import { type Input, malformed } from './input.ts';
import type { StoredRole } from './stored-role.ts';

/** @throws AwsError UnsupportedOperation */
export function refuseOthers(operation: string, input: Input, known: readonly string[]): void {
  const other = Object.keys(input).find((member) => !known.includes(member));
  if (other === undefined) return;
  throw new AwsError(
    'UnsupportedOperation',
    `${operation} with ${other} is not supported by the local stack; leave it out.`,
  );
}

const path = textCheck({ max: 512, pattern: '(/)|(/[!-~]+/)' });
const description = textCheck({ max: 1000 });
const tagKey = textCheck({ min: 1, max: 128, pattern: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+' });
const tagValue = textCheck({ max: 256, pattern: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*' });

export type RoleSettings = Pick<
  StoredRole,
  'path' | 'description' | 'maxSessionDurationSeconds' | 'tags'
>;

/** What CreateRole takes beside name and trust policy. @throws AwsError ValidationError, MalformedInput, InvalidInput */
export function settingsOf(input: Input): RoleSettings {
  const violations: Violations = [];
  const settings = {
    path: textOf(input, 'Path') ?? '/',
    ...(input.Description !== undefined && { description: textOf(input, 'Description') ?? '' }),
    maxSessionDurationSeconds: durationOf(input, violations),
    tags: tagsOf(input.Tags, violations),
  };
  path(settings.path, 'path', violations);
  description(settings.description ?? '', 'description', violations);
  requireValid(violations, 'ValidationError');
  return settings;
}

/** @throws AwsError MalformedInput */
function textOf(input: Input, member: string): string | undefined {
  const value = input[member];
  if (value === undefined || typeof value === 'string') return value;
  throw malformed(member);
}

function durationOf(input: Input, violations: Violations): number {
  const text = textOf(input, 'MaxSessionDuration') ?? '3600';
  if (!/^-?\d{1,9}$/.test(text)) throw malformed('MaxSessionDuration');
  checkNumber(Number(text), { min: 3600, max: 43_200 }, 'maxSessionDuration', violations);
  return Number(text);
}

function tagsOf(value: unknown, violations: Violations): Record<string, string> {
  const list = value === undefined || value === '' ? [] : value;
  if (!Array.isArray(list)) throw malformed('Tags');
  const tags = list.map((item: Readonly<Record<string, unknown>>, index): [string, string] => {
    const { Key, Value } = item;
    if (typeof Key !== 'string' || typeof Value !== 'string') throw malformed('Tags');
    tagKey(Key, `tags.${index + 1}.member.key`, violations);
    tagValue(Value, `tags.${index + 1}.member.value`, violations);
    return [Key, Value];
  });
  if (new Set(tags.map(([key]) => tagKeyId(key))).size < tags.length) {
    throw new AwsError(
      'InvalidInput',
      'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
    );
  }
  return Object.fromEntries(tags);
}
