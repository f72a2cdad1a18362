/** The value of a formula under an assignment: its second reading, for requests that are concrete. */
import { expressionOf, type Formula, type Text } from './formula.ts';

export type Assignment = ReadonlyMap<string, string | boolean | number>;

/** @throws Error where the assignment leaves a variable open that the value rests on */
export function truthOf(formula: Formula, assignment: Assignment): boolean {
  switch (formula.op) {
    case 'constant':
      return formula.value;
    case 'variable':
      return assigned(formula.name, 'boolean', assignment);
    case 'not':
      return !truthOf(formula.of, assignment);
    case 'and':
      return formula.of.every((each) => truthOf(each, assignment));
    case 'or':
      return formula.of.some((each) => truthOf(each, assignment));
    case 'equal':
      return textOf(formula.left, assignment) === textOf(formula.right, assignment);
    case 'like':
      return expressionOf(formula.pattern).test(textOf(formula.text, assignment));
    case 'atLeast':
      return assigned(formula.name, 'number', assignment) >= formula.limit;
  }
}

interface Types {
  readonly boolean: boolean;
  readonly string: string;
  readonly number: number;
}

function assigned<T extends keyof Types>(name: string, type: T, assignment: Assignment): Types[T] {
  const value = assignment.get(name);
  if (typeof value !== type) throw new Error(`${name} has no ${type} in the assignment`);
  return value as Types[T];
}

/** @throws Error as `truthOf` */
export function textOf(text: Text, assignment: Assignment): string {
  if (text.kind === 'literal') return text.value;
  if (text.kind === 'variable') return assigned(text.name, 'string', assignment);
  return text.parts.map((part) => textOf(part, assignment)).join('');
}
