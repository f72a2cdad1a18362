/** What tenants' sessions reach, who changes a key, and who opens sessions: as deployed, and with a hole in it. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Statement } from '../../prove/formula/policy.ts';
import { prove } from '../../prove/prove.ts';
import type { Solver } from '../../prove/solver/solver.ts';
import { z3 } from '../../prove/solver/z3.ts';
import { type StackPolicies, titled } from '../../prove/stack-policies.ts';
import { administration } from '../../prove/theorems/administration.ts';
import { reach } from '../../prove/theorems/reach.ts';
import { sessions } from '../../prove/theorems/sessions.ts';
import type { Theorem } from '../../prove/theorems/theorem.ts';
import { deployedPolicies } from './deployed-policies.ts';

let solver: Solver;
let stack: StackPolicies;
beforeAll(async () => {
  // What has a counterexample may be unknown: it is no proof either way, and not worth a wait.
  solver = await z3(3000);
  stack = await deployedPolicies();
});
afterAll(() => solver.close());

test.each([reach, administration, sessions])('theorem $id is proved', async (theorem) => {
  const [proof] = await prove(stack, solver, [theorem]);
  expect(proof).toMatchObject({ verdict: 'proved', open: [] });
});

/** The stack with one more statement in the trust policy, or in a policy, of a role. */
function careless(title: string, part: 'trust' | 'policies', statement: Statement): StackPolicies {
  const more = (name: string, statements: readonly Statement[] = []) => ({
    name,
    statements: [...statements, statement],
  });
  const roles = stack.roles.map((role) => {
    if (role.title !== title) return role;
    return part === 'trust'
      ? { ...role, trust: more(role.trust.name, role.trust.statements) }
      : { ...role, policies: [...role.policies, more('Careless')] };
  });
  return { ...stack, roles, role: (of) => titled(roles, of) };
}

/** @returns what the theorem no longer refutes */
async function opened(theorem: Theorem, of: StackPolicies, about: RegExp): Promise<string[]> {
  const questions = theorem.questions(of).filter((question) => about.test(question.about));
  const [proof] = await prove(of, solver, [
    { ...theorem, questions: () => questions, examples: () => [] },
  ]);
  return (proof?.open ?? []).map((open) => open.about);
}

const allows = (Action: string, Principal?: unknown): Statement => ({
  Effect: 'Allow',
  Action,
  ...(Principal === undefined ? { Resource: '*' } : { Principal }),
});

describe('with one careless statement more, the theorem does not hold', () => {
  test("a role beside the canary opens sessions of the broker's role", async () => {
    const of = careless(
      'SessionBrokerRole',
      'trust',
      allows('sts:*', { AWS: stack.role('AuditRole').arn }),
    );
    expect(await opened(sessions, of, /AuditRole opens/)).toEqual([
      'a session of AuditRole opens a session of SessionBrokerRole',
      'a session of AuditRole opens a session of SessionBrokerRole in another way',
    ]);
  });

  test('the account opens sessions of tenants', async () => {
    const of = careless('TenantRole', 'trust', allows('sts:AssumeRole', { AWS: stack.accountId }));
    expect(await opened(sessions, of, /^another principal/)).toEqual([
      'another principal of the account opens a session of TenantRole',
    ]);
  });

  test("a tenant's session scans a table", async () => {
    const of = careless('TenantRole', 'policies', allows('dynamodb:Scan'));
    expect(await opened(reach, of, /no policy of its own/)).toEqual([
      'a session of TenantRole, on anything that has no policy of its own',
    ]);
  });

  test('the indexer tags keys', async () => {
    const of = careless('AuditIndexerRole', 'policies', allows('kms:TagResource'));
    expect(await opened(administration, of, /IndexerRole: kms:/)).toEqual([
      'a session of AuditIndexerRole: kms:TagResource',
    ]);
  });
});
