/** What a template does by itself: its custom resources once at the start, its rule by the clock. */
import { reconcilePage } from './aws/reconcile-page.ts';
import { createCustomResources } from './cloudformation.ts';
import type { Deployment } from './deployment.ts';
import type { Runtime } from './lambda/runtime.ts';
import { openSchedules } from './schedule.ts';
import { readCustomResources } from './template/custom-resources.ts';
import type { FunctionDefinition } from './template/functions.ts';
import { readRules } from './template/rules.ts';
import type { Template } from './template/template.ts';

export interface AutomationOptions {
  readonly template: Template;
  readonly functions: ReadonlyMap<string, FunctionDefinition>;
  readonly runtime: Runtime;
  readonly deployment: Pick<Deployment, 'addPage'>;
  /** whether the rule runs by itself; without it, only when it is told to */
  readonly ticking: boolean;
}

export interface Automation {
  /** runs the reconciler now, or takes part in its run; @returns the summary */
  reconcile(): Promise<unknown>;
  close(): void;
}

/** @throws Error where a custom resource fails, or there is not exactly one rule: the reconciler's */
export async function automate(options: AutomationOptions): Promise<Automation> {
  const { template, functions, runtime, deployment, ticking } = options;
  const { account } = template;
  const [rule, ...others] = readRules(template, functions);
  if (rule === undefined || others.length > 0) throw new Error('not exactly one rule');
  await createCustomResources(account, readCustomResources(template), runtime);
  const schedules = openSchedules({
    account,
    rules: [rule],
    runtime,
    ticking,
    onError: (name, error) => process.stderr.write(`${name}: ${error}\n`),
  });
  const reconcile = () => schedules.run(rule);
  deployment.addPage(reconcilePage(reconcile));
  return { reconcile, close: schedules.close };
}
