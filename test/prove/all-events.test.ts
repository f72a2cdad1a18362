/** Theorem 2.1 and what theorem 4 says of the reader of all events: a stack with a hole in it does not hold them. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { allEventsIndex } from '../../contract/table-schema.ts';
import { equal, literal, text } from '../../prove/formula/formula.ts';
import type { Policy, Statement } from '../../prove/formula/policy.ts';
import { prove } from '../../prove/prove.ts';
import type { Solver } from '../../prove/solver/solver.ts';
import { z3 } from '../../prove/solver/z3.ts';
import { type StackPolicies, titled } from '../../prove/stack-policies.ts';
import { allEvents, allEventsReader } from '../../prove/theorems/all-events.ts';
import { administratorOf } from '../../prove/theorems/pinned.ts';
import { sessions } from '../../prove/theorems/sessions.ts';
import type { Theorem } from '../../prove/theorems/theorem.ts';
import { deployedPolicies } from './deployed-policies.ts';

let solver: Solver;
let stack: StackPolicies;
beforeAll(async () => {
  solver = await z3();
  stack = await deployedPolicies();
});
afterAll(() => solver.close());

type Change = (statement: Statement) => Statement[];

/** The stack with each statement of one role changed. */
function changed(title: string, change: Change): StackPolicies {
  const of = (policy: Policy): Policy => ({
    ...policy,
    statements: policy.statements.flatMap(change),
  });
  const roles = stack.roles.map((role) =>
    role.title === title
      ? { ...role, trust: of(role.trust), policies: role.policies.map(of) }
      : role,
  );
  return { ...stack, roles, role: (one) => titled(roles, one) };
}

const without =
  (sid: string): Change =>
  (statement) =>
    statement.Sid === sid ? [] : [statement];
const also =
  (sid: string, more: (statement: Statement) => Statement): Change =>
  (statement) =>
    statement.Sid === sid ? [statement, more(statement)] : [statement];

/** Parts of a request that are fixed: a solver finds one sooner. */
type Fixed = Readonly<Record<string, string>>;

/** @returns the verdict of the questions that are about this, for such requests alone */
async function verdict({ id, questions }: Theorem, about: RegExp, fixed: Fixed, of: StackPolicies) {
  const one: Theorem = {
    id,
    sentence: '',
    questions: (policies) =>
      questions(policies)
        .filter((question) => about.test(question.about))
        .map((question) => ({
          ...question,
          counterexample: [
            ...question.counterexample,
            ...Object.entries(fixed).map(([part, is]) =>
              equal(text(`request ${part}`), literal(is)),
            ),
          ],
        })),
  };
  expect(one.questions(of).length).toBeGreaterThan(0);
  const [proof] = await prove(of, solver, [one]);
  return proof?.verdict;
}

const tenantsReader = /AuditReaderRole, on the index/;
const readerItself = /AllEventsReaderRole, on anything/;
const opened = /opens a session of AllEventsReaderRole/;
const query = { action: 'dynamodb:query' };
const assumeRole = { action: 'sts:assumerole' };
const administrator = (of: StackPolicies): Fixed => ({
  caller: administratorOf(of),
  'aws:principalarn': administratorOf(of),
});
const onIndex = (of: StackPolicies): Fixed => ({
  resource: `${of.tables.events}/index/${allEventsIndex}`,
});

/** Of a hole: what is asked, of which action, how the stack comes to have it, and what of a request is fixed. */
type Hole = [string, Theorem, RegExp, Fixed, () => StackPolicies, ((of: StackPolicies) => Fixed)?];

const holes: Hole[] = [
  [
    "a tenant's reader may query the index",
    allEvents,
    tenantsReader,
    query,
    () =>
      changed(
        'AuditReaderRole',
        also('ReadOwnEvents', ({ Condition: _, ...one }) => ({ ...one, Resource: '*' })),
      ),
    onIndex,
  ],
  [
    'the reader of all may query any table',
    allEvents,
    readerItself,
    query,
    () =>
      changed(
        allEventsReader,
        also('ReadAllEvents', (one) => ({ ...one, Resource: '*' })),
      ),
  ],
  [
    "its Deny for a tenant's session is lost",
    allEvents,
    /with a tenant's tag/,
    query,
    () => changed(allEventsReader, without('NothingForATenant')),
  ],
  [
    'it trusts the whole account',
    sessions,
    /^another principal of the account opens a session of AllEventsReaderRole/,
    assumeRole,
    () =>
      changed(
        allEventsReader,
        also('OpensWithoutTags', (one) => ({ ...one, Principal: { AWS: stack.accountId } })),
      ),
    administrator,
  ],
  [
    'it takes tags from the broker',
    sessions,
    /^SessionBrokerRole opens a session of AllEventsReaderRole with a tag/,
    assumeRole,
    () =>
      changed(
        allEventsReader,
        also('OpensWithoutTags', (one) => ({ ...one, Action: 'sts:TagSession' })),
      ),
  ],
  [
    'the broker opens it outside of its function',
    sessions,
    /^SessionBrokerRole opens a session of AllEventsReaderRole outside/,
    assumeRole,
    () => changed('SessionBrokerRole', without('OnlyInItsFunction')),
  ],
];

test.each(holes)(
  'where %s it is refuted',
  async (_, theorem, about, action, open, fixed = () => ({})) => {
    expect(await verdict(theorem, about, action, stack)).toBe('proved');
    const request = { ...action, ...fixed(stack) };
    expect(await verdict(theorem, about, request, open())).toBe('refuted');
  },
  120_000,
);

test('nobody else opens it as it is deployed', async () => {
  expect(await verdict(sessions, opened, assumeRole, stack)).toBe('proved');
}, 120_000);
