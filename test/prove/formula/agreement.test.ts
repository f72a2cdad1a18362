/**
 * Two witnesses: random requests about the policies of the stack are decided alike by the formula that a solver gets
 * and by the evaluator of the local stack, which share no code. Where the formula leaves something free, it may allow
 * more.
 */
import { writeSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { keyPolicy } from '../../../contract/key-policy.ts';
import { authorize } from '../../../local/iam/authorize.ts';
import type { Caller } from '../../../local/iam/caller.ts';
import { parsePolicy } from '../../../local/iam/policy-document.ts';
import { localAccount } from '../../../local/stack.ts';
import { sessionOf } from '../../../local/sts/session.ts';
import { readRoles } from '../../../local/sts/template.ts';
import { readTemplate } from '../../../local/template/template.ts';
import { assignmentOf } from '../../../prove/formula/assignment.ts';
import type { Formula } from '../../../prove/formula/formula.ts';
import { allowed, type Policy, policyOf, requestDecidedBy } from '../../../prove/formula/policy.ts';
import type { SymbolicRequest } from '../../../prove/formula/request.ts';
import { everything } from '../../harness/account.ts';
import { type Random, seeded } from '../../harness/random.ts';
import { synthesizedTemplate } from '../../harness/synthesized.ts';
import { decisionOf } from './assignment.ts';
import { type Draft, ids, near, pick, randomDraft } from './random-request.ts';

const requests = 100_000;
const { accountId, partition } = localAccount;
const template = readTemplate({ ...(await synthesizedTemplate()) }, localAccount);
const roles = [...readRoles(template).values()];
const arnOf = (name: string) => roles.find((role) => role.name.includes(name))?.arn as string;
const administrator = {
  ...(roles[0] as (typeof roles)[number]),
  arn: `arn:${partition}:iam::${accountId}:role/Administrator`,
  name: 'Administrator',
  identityPolicies: [parsePolicy({ Version: '2012-10-17', Statement: everything }, 'Admin')],
  tags: {},
};

/** Policies that decide together, once for each of the two witnesses. */
interface Setting {
  readonly formula: Formula;
  readonly symbolic: SymbolicRequest;
  readonly policies: readonly Policy[];
  readonly resource: ReturnType<typeof parsePolicy> | undefined;
  readonly role: (typeof roles)[number] | undefined;
}

const jsonOf = (documents: readonly { readonly name: string; readonly source: unknown }[]) =>
  documents.map(({ name, source }) => policyOf(name, source));

function setting(
  role: Setting['role'],
  resource:
    | { readonly name: string; readonly source: unknown; readonly isTrust?: boolean }
    | undefined,
): Setting {
  const identity = jsonOf(role?.identityPolicies ?? []);
  const ofResource = resource && policyOf(resource.name, resource.source);
  const policies = [...identity, ...(ofResource ? [ofResource] : [])];
  const symbolic = requestDecidedBy('request', policies);
  return {
    formula: allowed(
      {
        identity,
        ...(ofResource && { resource: ofResource }),
        ...(resource?.isTrust && { isTrust: true }),
      },
      symbolic,
    ),
    symbolic,
    policies,
    resource: resource && parsePolicy(resource.source, resource.name, 'resource'),
    role,
  };
}

/** KMS takes no key policy for an id with a `$`, and no tenant has one. */
const keyPolicies = ids
  .filter((id) => !id.includes('$'))
  .map((tenantId) => ({
    name: `key of ${tenantId}`,
    source: keyPolicy({
      tenantId,
      partition,
      accountId,
      tenantRoleArn: arnOf('TenantRole'),
      controlPlaneRoleArn: arnOf('ControlPlaneRole'),
      deletionWindowInDays: 30,
    }),
  }));
const trustPolicies = roles.map(({ trustPolicy: { name, source } }) => ({
  name,
  source,
  isTrust: true,
}));

const settings: readonly Setting[] = [...roles, administrator, undefined].flatMap((role) => [
  ...(role === undefined || role.identityPolicies.length === 0 ? [] : [setting(role, undefined)]),
  ...[...keyPolicies, ...trustPolicies].map((resource) => setting(role, resource)),
]);

const services = ['lambda.amazonaws.com', 'cloudtrail.amazonaws.com', 'events.amazonaws.com'];

function callerOf(random: Random, { role }: Setting, { tags, sourceFunctionArn }: Draft): Caller {
  const base = role ?? administrator;
  const session = sessionOf(base, pick(random, ids) || 'x', random() < 0.8 ? tags : {});
  const caller = { ...session, ...(sourceFunctionArn !== undefined && { sourceFunctionArn }) };
  return role === undefined
    ? { ...caller, identityPolicies: [], tags: {}, service: pick(random, services) }
    : caller;
}

/** Policies of one account decide about resources of that account alone; both witnesses leave that to their callers. */
const isElsewhere = (arn: string) =>
  arn.startsWith('arn:') && !['', undefined, accountId].includes(arn.split(':')[4]);

/** A request, and whether it was made from one that was allowed. */
interface Drawn {
  readonly chosen: Setting;
  readonly draft: Draft;
  readonly isNear: boolean;
}

/**
 * Of any policies half of the time, where most is refused; otherwise one that was allowed before, with up to two things
 * changed. Those are kept by the statement that allowed them, so that a rare one is tried as often as any.
 */
function requestsOf(random: Random) {
  const allowedBefore = new Map<string, Drawn[]>();
  return {
    draw(): Drawn {
      const statements = [...allowedBefore.values()];
      if (statements.length === 0 || random() < 0.5) {
        const chosen = pick(random, settings);
        return { chosen, draft: randomDraft(random, chosen.policies), isNear: false };
      }
      const { chosen, draft } = pick(random, pick(random, statements));
      return { chosen, draft: near(random, draft), isNear: true };
    },
    wasAllowed(drawn: Drawn, statement: string): void {
      const known = allowedBefore.get(statement) ?? [];
      allowedBefore.set(statement, known);
      if (known.length < 50) known.push(drawn);
      else known[Math.floor(random() * known.length)] = drawn;
    },
    statements: () => allowedBefore.size,
  };
}

test(`${requests.toLocaleString('en')} random requests are decided alike`, () => {
  const random = seeded(20261125);
  const drawing = requestsOf(random);
  const counts = { allowed: 0, denied: 0, nearMisses: 0, more: 0 };
  const disagreements: object[] = [];
  for (let at = 0; at < requests; at += 1) {
    const drawn = drawing.draw();
    const { chosen, draft } = drawn;
    const { formula, symbolic, policies, resource } = chosen;
    const caller = callerOf(random, chosen, draft);
    const { action, context } = draft;
    const arn = isElsewhere(draft.resource) ? '*' : draft.resource;
    const request = { action, resource: arn, context };
    const evaluated = authorize(caller, request, resource);
    const { may, must } = decisionOf(formula, assignmentOf(formula, symbolic, { caller, request }));
    counts[evaluated.allowed ? 'allowed' : 'denied'] += 1;
    if (evaluated.allowed)
      drawing.wasAllowed(drawn, `${evaluated.by?.policy} ${evaluated.by?.statement}`);
    else if (drawn.isNear) counts.nearMisses += 1;
    if (may && !must) counts.more += 1;
    const agree = evaluated.allowed ? may : !must;
    if (!agree)
      disagreements.push({
        evaluated,
        may,
        must,
        request,
        caller: caller.arn,
        tags: caller.tags,
        by: policies.map(({ name }) => name),
      });
  }
  writeSync(
    1,
    `\nAgreement of ${requests} requests: ${JSON.stringify(counts)}, allowed by ${drawing.statements()} statements, ${disagreements.length} disagreements\n`,
  );
  expect(disagreements.slice(0, 5)).toEqual([]);
  expect(counts.allowed).toBeGreaterThan(requests / 5);
  expect(counts.allowed).toBeLessThan(requests / 2);
  expect(counts.nearMisses).toBeGreaterThan(requests / 10);
  expect(counts.more).toBeGreaterThan(62);
});
