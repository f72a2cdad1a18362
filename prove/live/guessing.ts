/**
 * A solver that is helped to find a request: with texts that do not matter fixed, z3 finds in milliseconds what it does
 * not find in half a minute. Invariant: a guess adds assertions and takes none away, so that what satisfies it
 * satisfies the question; that nothing does is said of the question alone.
 */
import { stringOf } from '../formula/smt-lib.ts';
import type { Solver } from '../solver/solver.ts';
import { ownTenantKey } from '../stack-policies.ts';

/** What can be refuted at all is refuted in milliseconds, mostly. */
const quickMs = 3000;

/** The key of which the questions are. */
export interface Guessed {
  readonly tenantId: string;
  readonly arn: string;
}

const actions = [
  'kms:Decrypt',
  'kms:CreateGrant',
  'kms:ScheduleKeyDeletion',
  'kms:PutKeyPolicy',
  'kms:ReplicateKey',
  'kms:UpdateAlias',
].map((action) => action.toLowerCase());

export const guessing = (solver: Solver, key: Guessed): Solver => ({
  name: solver.name,
  async check(script) {
    const answer = await solver.check(script, quickMs);
    if (answer.verdict !== 'unknown') return answer;
    for (const guess of guesses(script, key)) {
      const guessed = await solver.check(guess, quickMs);
      if (guessed.verdict === 'sat') return guessed;
    }
    return solver.check(script);
  },
  close: async () => {},
});

/** An administrator, a principal of another account, or whoever the question leaves. */
function guesses(script: string, { tenantId, arn }: Guessed): Set<string> {
  const [, partition, , , accountId] = arn.split(':');
  const identity = (account = '') => `arn:${partition}:iam::${account}:role/Somebody`;
  const callers = [
    { 'aws:principalarn': identity(accountId), caller: identity(accountId) },
    {
      'aws:principalarn': identity('444455556666'),
      caller: identity('444455556666'),
      'aws:principalaccount': '444455556666',
    },
    {},
  ];
  const known = { [ownTenantKey]: tenantId, resource: arn, 'session name': tenantId };
  return new Set(
    actions.flatMap((action) =>
      callers.map((caller) => withAsserted(script, { ...known, ...caller, action })),
    ),
  );
}

/** Only of texts that the question has. */
const withAsserted = (script: string, texts: Readonly<Record<string, string>>): string =>
  [
    script,
    ...Object.entries(texts)
      .map(([name, value]) => [`|request ${name}|`, stringOf(value)])
      .filter(([name]) => script.includes(`(declare-const ${name} String)`))
      .map(([name, value]) => `(assert (= ${name} ${value}))`),
  ].join('\n');
