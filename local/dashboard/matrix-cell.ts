/** One cell of the matrix: what decided about each action, in each encryption context. */
import { tenantActions } from '../../contract/key-policy.ts';
import { explain } from '../iam/authorize.ts';
import type { Decision } from '../iam/decision.ts';
import { contextsOf, type EncryptionContext } from './allowed-actions.ts';
import { type ShownColumn, type ShownSession, shownColumn, shownSession } from './matrix.ts';
import type { Session } from './sessions.ts';
import { type Asked, decisionOf } from './simulate.ts';
import { type rolePolicies, type Statement, statementOf } from './statements.ts';
import type { KeptKey } from './tenants.ts';

export interface Cell {
  readonly session: ShownSession;
  readonly key: ShownColumn;
  /** contexts with the same answers stand together */
  readonly cases: readonly {
    readonly encryptionContexts: readonly EncryptionContext[];
    readonly answers: readonly Answered[];
  }[];
}

/** Actions about which the same was decided for the same reasons. */
interface Answered extends Decision {
  readonly actions: readonly string[];
  /** of the first of the actions, on one line */
  readonly explanation: string;
  /** the statement that decided, as its policy has it */
  readonly statement: Statement | undefined;
}

export interface CellOptions {
  readonly asked: Asked;
  readonly policies: ReturnType<typeof rolePolicies>;
  readonly session: Session;
  readonly kept: KeptKey;
}

export function cellOf(options: CellOptions): Cell {
  const { asked, session, kept } = options;
  const cases = grouped(
    contextsOf(session, kept).map((encryptionContext) => ({
      item: encryptionContext,
      value: answersIn(encryptionContext, options),
    })),
    (answers) => JSON.stringify(answers),
  );
  return {
    session: shownSession(session),
    key: shownColumn(asked, kept),
    cases: cases.map(({ items, value }) => ({ encryptionContexts: items, answers: value })),
  };
}

function answersIn(
  encryptionContext: EncryptionContext,
  { asked, policies, session: { caller }, kept: { key } }: CellOptions,
): Answered[] {
  const decided = tenantActions.map((action) => ({
    item: action,
    value: decisionOf(asked, { caller, key, action, encryptionContext }),
  }));
  const groups = grouped<string, Decision>(decided, (decision, action) =>
    // Reasons that differ in nothing but the action that they name are the same.
    JSON.stringify(decision).replaceAll(`${action} `, ''),
  );
  return groups.map(({ items, value }) => ({
    ...value,
    actions: items,
    explanation: explain(value),
    statement: value.by && statementOf(value.by, asked.account, key, policies),
  }));
}

/** @returns the items of equal values together, each group with the value of its first */
function grouped<Item, Value>(
  entries: readonly { readonly item: Item; readonly value: Value }[],
  identityOf: (value: Value, item: Item) => string,
): { readonly items: Item[]; readonly value: Value }[] {
  const groups = new Map<string, { readonly items: Item[]; readonly value: Value }>();
  for (const { item, value } of entries) {
    const identity = identityOf(value, item);
    const known = groups.get(identity);
    if (known === undefined) groups.set(identity, { items: [item], value });
    else known.items.push(item);
  }
  return [...groups.values()];
}
