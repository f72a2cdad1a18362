/**
 * The parameters of GetWebIdentityToken, read as AWS reads them. Invariant: a parameter that this STS does not support
 * is refused, never ignored: without it the token would say something else than was asked for.
 */
import { type Input, listOf, malformed, refuseOthers } from '../aws/query-input.ts';
import {
  checkLength,
  checkNumber,
  checkOneOf,
  isMissingMember,
  requireValid,
  textCheck,
  type Violations,
} from '../aws/validation.ts';
import { type SigningAlgorithm, signingAlgorithms } from './outbound-keys.ts';
import { readTags, type Tags, tagsOf } from './request-tags.ts';

export interface WebIdentityTokenRequest {
  readonly audience: readonly string[];
  /** absent: 300 */
  readonly durationSeconds: number | undefined;
  readonly algorithm: SigningAlgorithm;
  readonly tags: Tags;
}

const supported = ['Audience', 'DurationSeconds', 'SigningAlgorithm', 'Tags'];
const audienceMember = textCheck({ min: 1, max: 1000 });

/** @throws AwsError ValidationError, InvalidParameterValue, UnsupportedOperation */
export function readWebIdentityToken(input: Input): WebIdentityTokenRequest {
  refuseOthers('GetWebIdentityToken', input, supported);
  const violations: Violations = [];
  const request = {
    audience: readAudience(input, violations),
    durationSeconds: readDuration(input.DurationSeconds, violations),
    algorithm: readAlgorithm(input.SigningAlgorithm, violations),
  };
  const tags = readTags(listOf(input, 'Tags'), violations);
  requireValid(violations, 'ValidationError');
  return { ...request, tags: tagsOf(tags) };
}

function readAudience(input: Input, violations: Violations): readonly string[] {
  if (isMissingMember(input.Audience, 'audience', violations)) return [];
  const list = listOf(input, 'Audience');
  checkLength(list, { min: 1, max: 10 }, 'audience', violations);
  return list.map((member, index) => {
    if (typeof member !== 'string') throw malformed('Audience');
    audienceMember(member, `audience.${index + 1}.member`, violations);
    return member;
  });
}

function readDuration(value: unknown, violations: Violations): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !/^-?\d{1,9}$/.test(value)) throw malformed('DurationSeconds');
  const seconds = Number(value);
  checkNumber(seconds, { min: 60, max: 3600 }, 'durationSeconds', violations);
  return seconds;
}

function readAlgorithm(value: unknown, violations: Violations): SigningAlgorithm {
  if (isMissingMember(value, 'signingAlgorithm', violations)) return 'RS256';
  if (typeof value !== 'string') throw malformed('SigningAlgorithm');
  checkOneOf(value, signingAlgorithms, 'signingAlgorithm', violations);
  return value as SigningAlgorithm;
}
