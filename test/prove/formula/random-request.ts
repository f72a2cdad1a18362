/**
 * Random requests about the policies of a stack: one that an Allow of some statement is made for, and then, mostly,
 * with one thing changed, so that near misses are many. Seeded: the same seed gives the same requests.
 */
import type { Policy, Statement } from '../../../prove/formula/policy.ts';
import { hasSeveral } from '../../../prove/formula/request.ts';
import type { Random } from '../../harness/random.ts';

export const pick = <T>(random: Random, list: readonly T[]): T =>
  list[Math.floor(random() * list.length)] as T;

/** Ids that a tenant has, could have, and could not have. */
export const ids = [
  'acme',
  'acme2',
  'acm',
  'ACME',
  'globex',
  'canary_a',
  'canary_b',
  '',
  '*',
  'a?me',
  'äcme',
  '名前',
  '😀',
  'a"b',
  "a'b",
  'a\\u{41}b',
  'a:b',
  '${aws:PrincipalTag/TenantId}',
  ' acme',
];

export interface Draft {
  action: string;
  resource: string;
  tags: Record<string, string>;
  context: Record<string, string | string[]>;
  sourceFunctionArn: string | undefined;
}

/** @returns a request that the statement is for, as far as it says; its variables get the tenant's id */
function draftFor(random: Random, statement: Statement, tenantId: string): Draft {
  const draft: Draft = {
    action: filled(random, pick(random, [statement.Action ?? 'kms:Encrypt'].flat())),
    resource: filled(random, pick(random, [statement.Resource ?? '*'].flat())),
    tags: { TenantId: tenantId },
    context: {},
    sourceFunctionArn: undefined,
  };
  const blocks = (statement.Condition ?? {}) as Record<string, Record<string, unknown>>;
  for (const [operator, keys] of Object.entries(blocks)) {
    for (const [key, wanted] of Object.entries(keys)) {
      satisfy(random, draft, operator, key, [wanted].flat().map(String), tenantId);
    }
  }
  return draft;
}

function satisfy(
  random: Random,
  draft: Draft,
  operator: string,
  key: string,
  wanted: readonly string[],
  tenantId: string,
): void {
  if (operator === 'Null' && wanted.includes('true')) return;
  if (/Not(Equals|Like)/.test(operator)) return;
  const value =
    operator === 'Null'
      ? tenantId
      : filled(random, pick(random, wanted)).replace(/\$\{[^}]*\}/g, tenantId);
  if (/^aws:PrincipalTag\//.test(key)) draft.tags[key.slice('aws:PrincipalTag/'.length)] = value;
  else if (key === 'lambda:SourceFunctionArn') draft.sourceFunctionArn = value;
  else draft.context[key] ??= hasSeveral(key) ? [value] : value;
}

const filled = (random: Random, pattern: string) =>
  pattern.replace(/\*/g, () => pick(random, ['', 'x', 'abc', 'a/b'])).replace(/\?/g, 'z');

const keys = [
  'aws:RequestTag/TenantId',
  'aws:ResourceTag/TenantId',
  'aws:ResourceTag/ManagedBy',
  'kms:EncryptionContext:TenantId',
  'kms:ViaService',
  'sts:RoleSessionName',
  'kms:KeySpec',
  'kms:KeyOrigin',
  'aws:SourceArn',
  'aws:SourceAccount',
];
const setKeys = [
  'aws:TagKeys',
  'sts:TransitiveTagKeys',
  'kms:EncryptionContextKeys',
  'kms:ResourceAliases',
  'dynamodb:LeadingKeys',
];
const actions = [
  'kms:Encrypt',
  'kms:Decrypt',
  'KMS:decrypt',
  'kms:GenerateDataKeyPair',
  'kms:CreateGrant',
  'kms:PutKeyPolicy',
  'kms:TagResource',
  'kms:ScheduleKeyDeletion',
  'kms:DescribeKey',
  'sts:AssumeRole',
  'sts:TagSession',
  'dynamodb:GetItem',
  'dynamodb:Query',
  'lambda:InvokeFunction',
];

const window = 'kms:ScheduleKeyDeletionPendingWindowInDays';

/** Each changes one thing. */
const changes: readonly ((random: Random, draft: Draft) => void)[] = [
  (random, draft) => {
    draft.action = pick(random, actions);
  },
  (random, draft) => {
    draft.resource = nearly(random, draft.resource);
  },
  (random, draft) => {
    draft.tags = random() < 0.3 ? {} : { TenantId: pick(random, ids) };
  },
  (random, draft) => {
    draft.tags = { [pick(random, ['tenantid', 'TENANTID', 'Tenant', 'Role'])]: pick(random, ids) };
  },
  (random, draft) => {
    draft.context[pick(random, keys)] = pick(random, [...ids, 'true', 'false', 'tenant-keys']);
  },
  (random, draft) => {
    const present = Object.keys(draft.context);
    if (present.length > 0) delete draft.context[pick(random, present)];
  },
  (random, draft) => {
    const [key, value] = pick(random, Object.entries(draft.context)) ?? [];
    if (key === undefined || value === undefined) return;
    // AWS itself says those.
    if (/^(true|false)$/i.test(String(value)) || key === window) return;
    draft.context[key] = Array.isArray(value)
      ? [...value, pick(random, [...ids, 'TenantId', 'ManagedBy', 'tenantid'])]
      : nearly(random, value);
  },
  (random, draft) => {
    const several = Array.from({ length: Math.floor(random() * 3) }, () =>
      pick(random, [...ids, 'TenantId', 'ManagedBy', 'tenantid']),
    );
    draft.context[pick(random, setKeys)] = several;
  },
  // AWS says one of two things of such a key, and IAM reads it in any case.
  (random, draft) => {
    draft.context['kms:MultiRegion'] = pick(random, ['true', 'false', 'True', 'FALSE']);
  },
  (random, draft) => {
    draft.context[window] = pick(random, ['7', '29', '30']);
  },
  (random, draft) => {
    draft.sourceFunctionArn = pick(random, [
      undefined,
      'arn:aws:lambda:us-east-1:111122223333:function:x',
    ]);
  },
];

/** One letter more, less, or in another case. */
function nearly(random: Random, text: string): string {
  const at = Math.floor(random() * (text.length + 1));
  const letter = text[at] ?? '';
  const other = letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase();
  const instead = pick(random, ['', other, `${letter}x`, `${letter}*`, `${letter}:`]);
  return `${text.slice(0, at)}${instead}${text.slice(at + 1)}`;
}

/** @returns a request as an Allow wants it, but for what other statements say, or nearly so */
export function randomDraft(random: Random, policies: readonly Policy[]): Draft {
  const allows = policies
    .flatMap(({ statements }) => statements)
    .filter(({ Effect }) => Effect === 'Allow');
  return near(random, draftFor(random, pick(random, allows), pick(random, ids)));
}

/** @returns the same, or one that differs in one or two things */
export function near(random: Random, draft: Draft): Draft {
  const other = structuredClone(draft);
  for (let count = Math.floor(random() * 3); count > 0; count -= 1) {
    pick(random, changes)(random, other);
  }
  return other;
}
