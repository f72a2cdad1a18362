/** The options of `npm run prove`. */
import { parseArgs } from 'node:util';
import { defaultName } from '../contract/stack-names.ts';
import { type NativeSolver, nativeSolvers } from './solver/native.ts';
import type { Theorem } from './theorems/theorem.ts';
import { theorems } from './theorems/theorems.ts';

export const usage = `usage: npm run prove [-- options]
  --theorem ID     this one alone; 7 is all of 7.1, 7.2, ... (repeatable)
  --statements     say which statements each proof rests on (takes longer)
  --solver NAME    npm (the default), or z3 or cvc5 where it is installed
  --template FILE  of this template instead of the synthesized one
  --live           of a deployed stack and of every tenant's key in it; with it:
                   --stack-name NAME (TenantKeys), --endpoint URL (AWS_ENDPOINT_URL, else AWS), --resume FILE (goes on
                   where it was interrupted), --quota-share N (of KMS's request quotas, 0.5)
  --json           print the report as JSON alone (npm's own lines go by npm run --silent)
  --report FILE    write the report into a file as well
  --compare FILE   say what differs from an earlier report, of another machine's too
  --write-docs     write the verdicts into docs/security.md
  --write-permissions
                   write what each role may do into prove/permissions.json, and nothing else
  --help

It asks a solver whether any request gets round the policies of the synthesized stack, and tries each that it finds on a
local stack: docs/security.md. It keeps its last report of all theorems of the synthesized stack in .prove/last.json, and the
local stack's page shows it.
Exit code 0: all proved, and as in the report that it is compared with; 1: not so; 2: it could not be asked.`;

export interface Options {
  readonly solver: 'npm' | NativeSolver;
  readonly theorems: readonly Theorem[];
  /** the report as JSON instead of a table */
  readonly json: boolean;
  /** whether to say which statements each proof rests on, which takes longer */
  readonly statements: boolean;
  /** a file with a template instead of the synthesized one */
  readonly template: string | undefined;
  /** a file for the report */
  readonly report: string | undefined;
  /** a file with an earlier report */
  readonly compare: string | undefined;
  readonly writeDocs: boolean;
  /** of a deployed stack instead of a synthesized one */
  readonly live: LiveArguments | undefined;
  /** the list of theorem 5, in place of proofs */
  readonly writePermissions: boolean;
  readonly help: boolean;
}

export interface LiveArguments {
  readonly stackName: string;
  readonly endpoint: string | undefined;
  readonly resume: string | undefined;
  readonly quotaShare: number;
}

/** @throws Error for an option, a solver or a theorem that is not there */
export function optionsOf(args: readonly string[]): Options {
  const values = valuesOf(args);
  const solver = (['npm', ...nativeSolvers] as const).find((name) => name === values.solver);
  if (solver === undefined) {
    throw new Error(`no solver ${values.solver}: there are npm, ${nativeSolvers.join(', ')}`);
  }
  const writeDocs = values['write-docs'];
  const isUsual = (values.theorem ?? values.template) === undefined && solver === 'npm';
  const writePermissions = values['write-permissions'];
  if ((writeDocs || writePermissions) && !isUsual) {
    const option = writeDocs ? '--write-docs' : '--write-permissions';
    throw new Error(`${option} takes all theorems of the synthesized stack, and npm's solver`);
  }
  return {
    solver,
    theorems: values.theorem === undefined ? theorems : chosen(values.theorem),
    json: values.json,
    statements: values.statements || writeDocs,
    template: values.template,
    report: values.report,
    compare: values.compare,
    writeDocs,
    live: liveArguments(values),
    writePermissions,
    help: values.help,
  };
}

/** @throws Error for options that do not go together, or a share that is none */
function liveArguments(values: ReturnType<typeof valuesOf>): LiveArguments | undefined {
  const { live, endpoint, resume, 'stack-name': name, 'quota-share': share } = values;
  if (!live) {
    if ((endpoint ?? resume ?? name ?? share) === undefined) return undefined;
    throw new Error('--stack-name, --endpoint, --resume and --quota-share are for --live');
  }
  const others = values.template ?? values.compare;
  if (others !== undefined || values.statements || values['write-docs']) {
    throw new Error('--live goes with --theorem, --solver, --json and --report alone');
  }
  const quotaShare = Number(share ?? 0.5);
  if (!(quotaShare > 0 && quotaShare <= 1)) {
    throw new Error(`--quota-share: more than 0 and at most 1, not ${share}`);
  }
  return { stackName: name ?? defaultName, endpoint, resume, quotaShare };
}

function valuesOf(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        json: { type: 'boolean', default: false },
        solver: { type: 'string', default: 'npm' },
        theorem: { type: 'string', multiple: true },
        statements: { type: 'boolean', default: false },
        template: { type: 'string' },
        report: { type: 'string' },
        compare: { type: 'string' },
        'write-docs': { type: 'boolean', default: false },
        live: { type: 'boolean', default: false },
        'stack-name': { type: 'string' },
        endpoint: { type: 'string' },
        resume: { type: 'string' },
        'quota-share': { type: 'string' },
        'write-permissions': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new Error(`${(error as Error).message}\n\n${usage}`);
  }
}

/** Each once, in their own order, whatever was named how often. */
function chosen(ids: readonly string[]): Theorem[] {
  const found = new Set(ids.flatMap(theoremsOf));
  return theorems.filter((theorem) => found.has(theorem));
}

/** `7` is all of 7.1, 7.2, ... */
function theoremsOf(id: string): Theorem[] {
  const found = theorems.filter((one) => one.id === id || one.id.startsWith(`${id}.`));
  if (found.length > 0) return found;
  throw new Error(`no theorem ${id}: there are ${theorems.map((one) => one.id).join(', ')}`);
}
