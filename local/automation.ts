/** What a template does by itself: its custom resources once at the start, its scheduled functions by the clock. */
import { createCustomResources } from './cloudformation/custom-resources.ts';
import type { Deployment } from './deployment.ts';
import { openSchedules } from './events/schedule.ts';
import { readRules } from './events/template.ts';
import { runEndpoint } from './lambda/run-endpoint.ts';
import type { Runtime } from './lambda/runtime.ts';
import type { FunctionDefinition } from './lambda/template.ts';
import type { Template } from './template/template.ts';

/** The scheduled functions by the names of their bundles, each with the endpoint that runs it now. */
const runPaths = {
  reconciler: '/_local/reconcile',
  canary: '/_local/canary',
  'decrypt-anomalies': '/_local/volumes',
} as const;
export type ScheduledFunction = keyof typeof runPaths;

export interface AutomationOptions {
  readonly template: Template;
  readonly functions: ReadonlyMap<string, FunctionDefinition>;
  readonly runtime: Runtime;
  readonly deployment: Pick<Deployment, 'addControlEndpoint'>;
  /** whether rules run by the clock; otherwise only by `run` and the endpoints */
  readonly ticking: boolean;
}

export interface Automation {
  /**
   * Runs a function by hand, in full.
   * @returns what the function returned
   * @throws Error where the template has no rule for it
   */
  run(name: ScheduledFunction): Promise<unknown>;
  close(): void;
}

/** @throws Error where a custom resource fails, or a rule runs another function */
export async function automate(options: AutomationOptions): Promise<Automation> {
  const { template, functions, runtime, deployment, ticking } = options;
  const { account } = template;
  const rules = new Map(
    readRules(template, functions).map((rule) => {
      const [bundle = ''] = functions.get(rule.functionArn)?.handler.split('.') ?? [];
      if (!Object.hasOwn(runPaths, bundle)) {
        throw new Error(`${rule.name}: ${bundle} is not known to run by schedule`);
      }
      return [bundle as ScheduledFunction, rule] as const;
    }),
  );
  await createCustomResources(template, runtime);
  const schedules = openSchedules({
    account,
    rules: [...rules.values()],
    runtime,
    ticking,
    onError: (name, error) => process.stderr.write(`${name}: ${error}\n`),
  });
  const run = async (name: ScheduledFunction) => {
    const rule = rules.get(name);
    if (rule === undefined) throw new Error(`the template has no rule that runs the ${name}`);
    return schedules.run(rule);
  };
  for (const name of rules.keys())
    deployment.addControlEndpoint(runEndpoint(runPaths[name], name, () => run(name)));
  return { run, close: schedules.close };
}
