/** Tags of a key: which ones AWS accepts, and the condition keys that they give. */
import type { ConditionContext } from '../iam/decision.ts';
import { tagError } from './errors.ts';
import type { Tag } from './stored-key.ts';

const maxTags = 50;
const characters = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** @throws AwsError TagException */
export function requireGoodTags(tags: readonly Tag[]): void {
  const keys = tags.map((tag) => tag.key);
  if (new Set(keys).size < keys.length) throw tagError('Duplicate tag keys');
  if (keys.some((key) => /^aws:/i.test(key))) {
    throw tagError('Tags beginning with aws: are reserved');
  }
  if (!tags.every((tag) => characters.test(tag.key) && characters.test(tag.value))) {
    throw tagError('Tag keys and values hold letters, digits, spaces and _ . : / = + - @ only');
  }
}

/** @returns the tags of a key after these are set. @throws AwsError TagException */
export function mergedTags(present: readonly Tag[], added: readonly Tag[]): Tag[] {
  requireGoodTags(added);
  const merged = [...new Map([...present, ...added].map((tag) => [tag.key, tag])).values()];
  if (merged.length > maxTags) throw tagError('Too many tags');
  return merged;
}

/** `aws:RequestTag/<key>` and `aws:TagKeys` */
export const requestTagConditions = (tags: readonly Tag[]): ConditionContext => ({
  ...Object.fromEntries(tags.map((tag) => [`aws:RequestTag/${tag.key}`, tag.value])),
  ...tagKeyConditions(tags.map((tag) => tag.key)),
});

export const tagKeyConditions = (keys: readonly string[]): ConditionContext =>
  keys.length === 0 ? {} : { 'aws:TagKeys': keys };
