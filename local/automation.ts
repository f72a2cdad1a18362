/**
 * What a template does by itself: its custom resources once at the start, its rules by the clock, its
 * subscriptions as lines are logged.
 */

import { createCustomResources } from './cloudformation.ts';
import type { Deployment } from './deployment.ts';
import { openSchedules } from './events/schedule.ts';
import { readRules } from './events/template.ts';
import { runPage } from './lambda/run-endpoint.ts';
import type { Runtime } from './lambda/runtime.ts';
import type { FunctionDefinition } from './lambda/template.ts';
import { readCustomResources } from './template/custom-resources.ts';
import type { Template } from './template/template.ts';

/** The functions that run by schedule, by the names of their bundles, each with the page that runs it now. */
const pages = {
  reconciler: '/_local/reconcile',
  canary: '/_local/canary',
  'decrypt-anomalies': '/_local/volumes',
} as const;
export type Scheduled = keyof typeof pages;

export interface AutomationOptions {
  readonly template: Template;
  readonly functions: ReadonlyMap<string, FunctionDefinition>;
  readonly runtime: Runtime;
  readonly deployment: Pick<Deployment, 'addControlEndpoint'>;
  /** whether rules run by themselves; without it, only when they are told to */
  readonly ticking: boolean;
}

export interface Automation {
  /**
   * Runs a function now, or takes part in its run.
   * @returns what the function returned
   * @throws Error where the template has no rule for it
   */
  run(name: Scheduled): Promise<unknown>;
  close(): void;
}

/** @throws Error where a custom resource fails, or a rule is for a function that is not known to be scheduled */
export async function automate(options: AutomationOptions): Promise<Automation> {
  const { template, functions, runtime, deployment, ticking } = options;
  const { account } = template;
  const rules = new Map(
    readRules(template, functions).map((rule) => {
      const [bundle = ''] = functions.get(rule.functionArn)?.handler.split('.') ?? [];
      if (!Object.hasOwn(pages, bundle)) {
        throw new Error(`${rule.name}: ${bundle} is not known to run by schedule`);
      }
      return [bundle as Scheduled, rule] as const;
    }),
  );
  await createCustomResources(account, readCustomResources(template), runtime);
  const schedules = openSchedules({
    account,
    rules: [...rules.values()],
    runtime,
    ticking,
    onError: (name, error) => process.stderr.write(`${name}: ${error}\n`),
  });
  const run = async (name: Scheduled) => {
    const rule = rules.get(name);
    if (rule === undefined) throw new Error(`the template has no rule that runs the ${name}`);
    return schedules.run(rule);
  };
  for (const name of rules.keys())
    deployment.addControlEndpoint(runPage(pages[name], name, () => run(name)));
  return { run, close: schedules.close };
}
