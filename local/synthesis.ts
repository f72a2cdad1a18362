/** The stack as it is synthesized for one machine: its template, and the bundles of its functions. */
import { readAssembly } from './assembly.ts';
import type { IssuersContext } from './given-issuers.ts';
import { assetsOf, type FunctionDefinition, readFunctions } from './lambda/template.ts';
import type { Account } from './template/resource-types.ts';
import { readTemplate, type Template } from './template/template.ts';

export type Synthesis = (
  context: Readonly<Record<string, unknown>>,
  folder: string,
) => Promise<unknown>;

export interface SynthesisOptions {
  /** for the assembly with the bundles, as long as functions run */
  readonly folder: string;
  /** whose name the configuration says */
  readonly account: Omit<Account, 'stackName' | 'instance'>;
  readonly issuers: IssuersContext;
  /** configuration, as `-c key=value` gives it, without issuers */
  readonly context?: Readonly<Record<string, unknown>> | undefined;
  /** writes the app's assembly, with the bundles, into a folder; absent: done in this process */
  readonly synthesize?: Synthesis | undefined;
}

export interface SynthesizedStack {
  /** @returns the template of a stack with so many of its name before it */
  templateOf(instance: number): Template;
  functionsOf(template: Template): ReadonlyMap<string, FunctionDefinition>;
}

/** Instead of the defaults, so that nobody has to wait a quarter of an hour to see a scheduled function run. */
const localContext = { reconcileEveryMinutes: 1, canaryEveryMinutes: 1 };

/** cdk.json may have issuers as well, of which none counts here. */
const noIssuers = {
  issuer: undefined,
  audience: undefined,
  tenantClaim: undefined,
  issuers: undefined,
};

/** Loaded only here: CDK takes longer to load than all the rest of the stack. */
const synthesizeHere: Synthesis = async (context, folder) => {
  const { synthesize } = await import('../lib/synthesize.ts');
  return synthesize(context, folder);
};

export async function synthesizedStack({
  folder,
  account,
  issuers,
  context,
  synthesize = synthesizeHere,
}: SynthesisOptions): Promise<SynthesizedStack> {
  await synthesize({ ...localContext, ...context, ...noIssuers, ...issuers }, folder);
  const { stackName, text } = readAssembly(folder);
  const document = JSON.parse(text);
  return {
    templateOf: (instance) => readTemplate(document, { ...account, stackName, instance }),
    functionsOf: (template) => readFunctions(template, assetsOf(folder)),
  };
}
