/** One cell of the matrix: which statement decided about each action, in each encryption context. */
import type { EncryptionContext } from '../../contract/encryption-context.ts';
import { tenantActions } from '../../contract/key-policy.ts';
import { explain } from '../iam/authorize.ts';
import type { Decision } from '../iam/decision.ts';
import { contextsOf } from './allowed-actions.ts';
import { type ShownColumn, type ShownSession, shownColumn, shownSession } from './matrix.ts';
import type { Session } from './sessions.ts';
import { type SimulatedKms, simulate } from './simulate.ts';
import { type rolePolicies, type StatementJson, statementOf } from './statements.ts';
import type { KeyedTenant } from './tenants.ts';

export interface Cell {
  readonly session: ShownSession;
  readonly key: ShownColumn;
  /** contexts with the same answers are one case */
  readonly cases: readonly {
    readonly encryptionContexts: readonly EncryptionContext[];
    readonly answers: readonly DecidedActions[];
  }[];
}

/** Actions with the same decision for the same reasons. */
interface DecidedActions extends Decision {
  readonly actions: readonly string[];
  /** of the first action, on one line */
  readonly explanation: string;
  /** that decided, as it is in its policy */
  readonly statement: StatementJson | undefined;
}

export interface CellOptions {
  readonly kms: SimulatedKms;
  readonly policies: ReturnType<typeof rolePolicies>;
  readonly session: Session;
  readonly tenant: KeyedTenant;
}

export function cellOf(options: CellOptions): Cell {
  const { kms, session, tenant } = options;
  const cases = grouped(
    contextsOf(session, tenant).map((encryptionContext) => ({
      item: encryptionContext,
      value: answersIn(encryptionContext, options),
    })),
    (answers) => JSON.stringify(answers),
  );
  return {
    session: shownSession(session),
    key: shownColumn(kms, tenant),
    cases: cases.map(({ items, value }) => ({ encryptionContexts: items, answers: value })),
  };
}

function answersIn(
  encryptionContext: EncryptionContext,
  { kms, policies, session: { caller }, tenant }: CellOptions,
): DecidedActions[] {
  const decided = tenantActions.map((action) => ({
    item: action,
    value: simulate(kms, { caller, key: tenant, action, encryptionContext }),
  }));
  const groups = grouped<string, Decision>(decided, (decision, action) =>
    // Reasons that differ only in the name of the action are the same.
    JSON.stringify(decision).replaceAll(`${action} `, ''),
  );
  return groups.map(({ items, value }) => ({
    ...value,
    actions: items,
    explanation: explain(value),
    statement: value.by && statementOf(value.by, tenant, policies),
  }));
}

/** @returns the items by equal values, each group with the value of its first item */
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
