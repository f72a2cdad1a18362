/** The log groups of a template: trail, functions and API Gateway write to theirs, and subscriptions deliver the lines. */
import type { Runtime } from '../lambda/runtime.ts';
import type { FunctionDefinition } from '../lambda/template.ts';
import type { Template } from '../template/template.ts';
import { openSubscriptions, type Subscriptions } from './subscriptions.ts';
import { logGroupOfFunctions, readSubscriptions, trailLogGroupOf } from './template.ts';

export interface LogGroups extends Pick<Subscriptions, 'settled' | 'close'> {
  /** writes a line of a function */
  ofFunction(name: string, line: string): void;
  ofTrail(event: object): void;
  /** writes a line of the access log into the log group of this name */
  ofApi(logGroup: string, line: string): void;
  /** Delivers lines from now on, none that were written before. */
  deliverThrough(runtime: Runtime): void;
}

/** The log group of an organization's trail is not in the template, but the indexer knows it. */
const organizationTrail = (functions: ReadonlyMap<string, FunctionDefinition>) =>
  [...functions.values()].find(({ handler }) => handler === 'indexer.handler')?.environment
    .TRAIL_LOG_GROUP;

export function openLogGroups(
  template: Template,
  functions: ReadonlyMap<string, FunctionDefinition>,
): LogGroups {
  const groups = logGroupOfFunctions(template);
  const ofName = new Map([...functions].map(([arn, { name }]) => [name, groups.get(arn)]));
  const ofTrail = trailLogGroupOf(template) ?? organizationTrail(functions);
  let subscriptions: Subscriptions | undefined;
  const write = (group: string | undefined, line: string) => {
    if (group !== undefined) subscriptions?.write(group, line, new Date());
  };
  return {
    ofFunction: (name, line) => write(ofName.get(name), line),
    ofTrail: (event) => write(ofTrail, JSON.stringify(event)),
    ofApi: write,
    deliverThrough(runtime) {
      subscriptions = openSubscriptions({
        account: template.account,
        subscriptions: readSubscriptions(template, functions),
        runtime,
        onError: (name, error) => process.stderr.write(`${name}: ${error}\n`),
      });
    },
    settled: async () => subscriptions?.settled(),
    close: () => subscriptions?.close(),
  };
}
