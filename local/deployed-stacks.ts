/**
 * The stacks that are deployed into one account and region: what AWS's services know of all of them. More may come while
 * the services run.
 */
import type { TrailEvent } from './cloudtrail/event.ts';
import { invokesRecordedBy } from './cloudtrail/template.ts';
import type { Runtime } from './lambda/runtime.ts';
import { type FunctionDefinition, readFunctions } from './lambda/template.ts';
import type { Role } from './sts/role.ts';
import { readRoles } from './sts/template.ts';
import type { Template } from './template/template.ts';

export interface DeployedStacks {
  readonly templates: readonly Template[];
  /** by ARN */
  readonly roles: ReadonlyMap<string, Role>;
  /** by ARN */
  readonly functions: ReadonlyMap<string, FunctionDefinition>;
  /** @returns what runs the function, once there is something */
  runtimeOf(functionArn: string): Runtime | undefined;
  /** @returns whether the trail of a stack records Invokes of the function */
  recordsInvokes(functionArn: string): boolean;
  /** Tells every stack: each has a trail of its own in the same account. */
  onTrailEvent(event: TrailEvent): void;
  /** @throws TemplateError for what cannot be read */
  add(template: Template, onTrailEvent: (event: TrailEvent) => void): DeployedStack;
}

export interface DeployedStack {
  /** the stack's own, by ARN */
  readonly functions: ReadonlyMap<string, FunctionDefinition>;
  /** From now on Invoke runs the stack's functions; before, it answers dry runs alone. */
  invokeThrough(runtime: Runtime): void;
}

export function deployedStacks(): DeployedStacks {
  const templates: Template[] = [];
  const roles = new Map<string, Role>();
  const functions = new Map<string, FunctionDefinition>();
  const runtimes = new Map<string, Runtime>();
  const recorded: ((functionArn: string) => boolean)[] = [];
  const listeners: ((event: TrailEvent) => void)[] = [];
  return {
    templates,
    roles,
    functions,
    runtimeOf: (functionArn) => runtimes.get(functionArn),
    recordsInvokes: (functionArn) => recorded.some((isRecorded) => isRecorded(functionArn)),
    onTrailEvent: (event) => {
      for (const listen of listeners) listen(event);
    },
    add(template, onTrailEvent) {
      // Their code is the runtime's: here they only have names and rules.
      const own = readFunctions(template, (s3Key) => s3Key);
      for (const [arn, role] of readRoles(template)) roles.set(arn, role);
      for (const [arn, definition] of own) functions.set(arn, definition);
      recorded.push(invokesRecordedBy(template));
      listeners.push(onTrailEvent);
      templates.push(template);
      return {
        functions: own,
        invokeThrough(runtime) {
          for (const arn of own.keys()) runtimes.set(arn, runtime);
        },
      };
    },
  };
}
