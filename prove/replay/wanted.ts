/**
 * The request of a solver's model, in a client's words. A variable that the model leaves out may have any value. Formulas
 * have the names of tags and of an encryption context without case; where it matters how they are written, the list of
 * names that a request also has (`aws:TagKeys`, `kms:EncryptionContextKeys`) tells.
 */
import { tenantIdTag } from '../../contract/tenant-id.ts';
import { nothing } from '../formula/assignment.ts';
import { type Formula, type Text, variablesOf } from '../formula/formula.ts';
import { keyId } from '../formula/request.ts';
import { type Assignment, textOf } from '../formula/value.ts';
import type { Answer } from '../solver/solver.ts';
import type { Question } from '../theorems/theorem.ts';

export type Model = Answer['model'];

export interface Wanted {
  /** of every variable of the question */
  readonly assignment: Assignment;
  /** in lower case */
  readonly action: string;
  readonly resource: string;
  readonly principalArn: string;
  readonly sessionName: string | undefined;
  /** whose key it is */
  readonly tenantId: string;
  /** @returns nothing where the request does not have the key */
  readonly textOf: (key: string) => string | undefined;
  readonly numberOf: (key: string) => number | undefined;
  readonly isTrue: (key: string) => boolean;
  /** of a key of several values; empty where the request does not have it */
  readonly membersOf: (key: string) => readonly string[];
  /** the values of the keys that begin so, by what is behind it; `names` is the key that lists these */
  readonly named: (prefix: string, names?: string) => Readonly<Record<string, string>>;
}

/** A value of several that no policy and no theorem speaks of. */
const another = 'another';

export function wantedOf({ counterexample, request }: Question, model: Model): Wanted {
  const assignment = new Map(
    [...variablesOf(counterexample)].map(([name, kind]) => [
      name,
      model.get(name) ?? nothing[kind],
    ]),
  );
  const assigned = (of: Text | Formula) => ('name' in of ? assignment.get(of.name) : undefined);
  const text = (of: Text) =>
    of.kind === 'variable' ? String(assigned(of) ?? '') : textOf(of, assignment);
  const has = (key: string) => assigned(request.present(key)) === true;
  const textOfKey = (key: string) => (has(key) ? text(request.value(key)) : undefined);
  const membersOf = (key: string) => {
    const { tracked, other } = request.members(key);
    const members = tracked.filter(({ isMember }) => assigned(isMember) === true);
    const more = assigned(other) === true ? [another] : [];
    return [...members.map(({ value }) => text(value)), ...more];
  };
  const isListed = (key: string) =>
    request.members(key).tracked.some(({ isMember }) => assigned(isMember) !== undefined);
  return {
    assignment,
    action: text(request.action),
    resource: text(request.resource),
    principalArn: text(request.caller.principalArn),
    sessionName: assignment.get('request session name')?.toString(),
    tenantId: text(request.tenant),
    textOf: textOfKey,
    numberOf: (key) =>
      has(key) ? Number(assignment.get(request.number(key)) ?? Number.NaN) : undefined,
    isTrue: (key) => assigned(request.isTrue(key)) === true,
    membersOf,
    named(prefix, names) {
      const ids = [...assignment.keys()]
        .flatMap((name) => /^request has (.*)$/s.exec(name)?.[1] ?? [])
        .filter((key) => key.startsWith(keyId(prefix)) && has(key));
      const values = new Map(ids.map((id) => [id.slice(prefix.length), textOfKey(id) ?? '']));
      return names !== undefined && isListed(names)
        ? written(values, membersOf(names))
        : Object.fromEntries([...values].map(([id, value]) => [usual(id), value]));
    },
  };
}

/** @returns the values by names that are in the list, or else are written otherwise than those in it */
function written(
  values: ReadonlyMap<string, string>,
  list: readonly string[],
): Record<string, string> {
  const found = [...values].map(([id, value]): [string, string] => {
    const listed = list.find((name) => keyId(name) === id);
    return [listed ?? inAnotherCase(usual(id)), value];
  });
  const isOther = found.some(([name]) => !list.includes(name));
  const more = list.filter((name) =>
    name === another ? !isOther : !found.some(([known]) => known === name),
  );
  return Object.fromEntries([...found, ...more.map((name) => [name, another])]);
}

/** As the product writes it. */
const usual = (id: string): string => (id === keyId(tenantIdTag) ? tenantIdTag : id);

const inAnotherCase = (name: string): string =>
  name.replace(/[a-z]/i, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );
