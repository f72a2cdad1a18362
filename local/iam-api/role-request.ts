/** What CreateRole takes beside the role's name and its trust policy. */
import { type Input, listOf, malformed } from '../aws/query-input.ts';
import { checkNumber, requireValid, textCheck, type Violations } from '../aws/validation.ts';
import { readTags, tagsOf } from '../sts/request-tags.ts';
import type { StoredRole } from './stored-role.ts';

const path = textCheck({ max: 512, pattern: '(/)|(/[!-~]+/)' });
const description = textCheck({ max: 1000 });

export type RoleSettings = Pick<
  StoredRole,
  'path' | 'description' | 'maxSessionDurationSeconds' | 'tags'
>;

/** @throws AwsError ValidationError, MalformedInput, InvalidInput */
export function settingsOf(input: Input): RoleSettings {
  const violations: Violations = [];
  const settings = {
    path: textOf(input, 'Path') ?? '/',
    ...(input.Description !== undefined && { description: textOf(input, 'Description') ?? '' }),
    maxSessionDurationSeconds: durationOf(input, violations),
  };
  const tags = readTags(listOf(input, 'Tags'), violations);
  path(settings.path, 'path', violations);
  description(settings.description ?? '', 'description', violations);
  requireValid(violations, 'ValidationError');
  return { ...settings, tags: tagsOf(tags, 'InvalidInput') };
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
