/** Lambda on one machine: each function has an execution environment of its own, in tenant isolation mode one for each tenant. */
import { randomUUID } from 'node:crypto';
import { type ExecutionEnvironment, openExecutionEnvironment } from './environment.ts';
import { changedTime, realTime, type TimeChange } from './function-time.ts';
import type { FunctionDefinition } from './template.ts';

/** Beyond so many environments idle ones are closed, the longest unused first. */
const environmentLimit = 64;

export interface RuntimeOptions {
  readonly functions: ReadonlyMap<string, FunctionDefinition>;
  /** the environment variables that Lambda itself sets */
  readonly systemVariables: (definition: FunctionDefinition) => Readonly<Record<string, string>>;
  readonly onLog: (functionName: string, line: string) => void;
  /** whether time in the functions can be changed */
  readonly movableTime?: boolean | undefined;
}

export interface InvokeOptions {
  /** required where the function is in tenant isolation mode, refused where it is not */
  readonly tenantId?: string | undefined;
  /** `awsRequestId` of the function's context; a new one by default */
  readonly requestId?: string;
}

export interface Runtime {
  definition(functionArn: string): FunctionDefinition | undefined;
  /**
   * @throws FunctionError where the function failed
   * @throws Error where the tenant id is missing or superfluous, as Lambda's InvalidParameterValueException
   */
  invoke(functionArn: string, event: unknown, options?: InvokeOptions): Promise<unknown>;
  /** @throws Error where the time is the real one */
  changeTime(change: TimeChange): void;
  close(): Promise<void>;
}

export function openRuntime(options: RuntimeOptions): Runtime {
  const environments = new Map<string, ExecutionEnvironment>();
  let time = options.movableTime === true ? changedTime(realTime, {}) : undefined;

  function environmentOf(definition: FunctionDefinition, tenantId: string | undefined) {
    const key = JSON.stringify([definition.arn, tenantId]);
    const known = environments.get(key);
    const environment = known ?? open(key, definition);
    environments.delete(key);
    environments.set(key, environment);
    return environment;
  }

  function open(key: string, definition: FunctionDefinition): ExecutionEnvironment {
    closeIdle();
    const environment = openExecutionEnvironment({
      definition,
      variables: { ...definition.environment, ...options.systemVariables(definition) },
      time,
      onLog: (line) => options.onLog(definition.name, line),
      onEnd: () => {
        if (environments.get(key) === environment) environments.delete(key);
      },
    });
    return environment;
  }

  function closeIdle(): void {
    for (const [key, environment] of environments) {
      if (environments.size < environmentLimit) return;
      if (environment.busy) continue;
      environments.delete(key);
      void environment.close();
    }
  }

  return {
    definition: (functionArn) => options.functions.get(functionArn),
    async invoke(functionArn, event, { tenantId, requestId = randomUUID() } = {}) {
      const definition = options.functions.get(functionArn);
      if (definition === undefined) throw new Error(`no such function: ${functionArn}`);
      if (definition.perTenant !== (tenantId !== undefined)) {
        throw new Error(
          definition.perTenant
            ? `${definition.name} runs in tenant isolation mode: a tenant id is required`
            : `${definition.name} does not run in tenant isolation mode: no tenant id is taken`,
        );
      }
      const environment = environmentOf(definition, tenantId);
      return environment.invoke({ event, requestId, tenantId });
    },
    changeTime(change) {
      if (time === undefined) throw new Error('time in the functions is the real one');
      time = changedTime(time, change);
      for (const environment of environments.values()) environment.setTime(time);
    },
    async close() {
      await Promise.all([...environments.values()].map((environment) => environment.close()));
    },
  };
}
