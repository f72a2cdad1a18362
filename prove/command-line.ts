/** The options of `npm run prove`. */
import { parseArgs } from 'node:util';
import { type NativeSolver, nativeSolvers } from './solver/native.ts';
import type { Theorem } from './theorems/theorem.ts';
import { theorems } from './theorems/theorems.ts';

export interface Options {
  readonly solver: 'npm' | NativeSolver;
  readonly theorems: readonly Theorem[];
  /** the report as JSON instead of a table */
  readonly json: boolean;
  /** whether to say which statements each proof rests on, which takes longer */
  readonly statements: boolean;
  /** a file for the report */
  readonly report: string | undefined;
  readonly writeDocs: boolean;
}

/** @throws Error for an option, a solver or a theorem that is not there */
export function optionsOf(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      solver: { type: 'string', default: 'npm' },
      theorem: { type: 'string', multiple: true },
      statements: { type: 'boolean', default: false },
      report: { type: 'string' },
      'write-docs': { type: 'boolean', default: false },
    },
  });
  const solver = (['npm', ...nativeSolvers] as const).find((name) => name === values.solver);
  if (solver === undefined) {
    throw new Error(`no solver ${values.solver}: there are npm, ${nativeSolvers.join(', ')}`);
  }
  const writeDocs = values['write-docs'];
  if (writeDocs && (values.theorem !== undefined || solver !== 'npm')) {
    throw new Error("--write-docs takes all theorems and npm's solver");
  }
  return {
    solver,
    theorems: values.theorem === undefined ? theorems : values.theorem.flatMap(theoremsOf),
    json: values.json,
    statements: values.statements || writeDocs,
    report: values.report,
    writeDocs,
  };
}

/** `7` is all of 7.1, 7.2, ... */
function theoremsOf(id: string): Theorem[] {
  const found = theorems.filter((one) => one.id === id || one.id.startsWith(`${id}.`));
  if (found.length > 0) return found;
  throw new Error(`no theorem ${id}: there are ${theorems.map((one) => one.id).join(', ')}`);
}
