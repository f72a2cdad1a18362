/**
 * One execution environment: a worker thread with the function's bundle, environment variables and
 * credentials, and nothing else of this process. Unlike Lambda's it serves requests concurrently.
 */
import { Worker } from 'node:worker_threads';
import { type FunctionTime, nowIn, realTime } from './function-time.ts';
import type { FunctionDefinition } from './template.ts';
import type { Invocation, InvocationResult, WorkerData } from './worker.ts';

/** The function failed: it threw, it ran out of time, or its environment ended. */
export class FunctionError extends Error {
  override readonly name = 'FunctionError';
  readonly errorType: string;
  constructor(errorType: string, message: string) {
    super(message);
    this.errorType = errorType;
  }
}

export interface ExecutionEnvironmentOptions {
  readonly definition: FunctionDefinition;
  readonly variables: Readonly<Record<string, string>>;
  /** where it can be changed */
  readonly time?: FunctionTime | undefined;
  readonly onLog: (line: string) => void;
  /** called once, when the environment takes no more requests */
  readonly onEnd: () => void;
}

export interface ExecutionEnvironment {
  setTime(time: FunctionTime): void;
  invoke(request: Omit<Invocation, 'id' | 'deadline'>): Promise<unknown>;
  readonly busy: boolean;
  close(): Promise<void>;
}

interface Pending {
  resolve(result: unknown): void;
  reject(error: FunctionError): void;
}

export function openExecutionEnvironment(
  options: ExecutionEnvironmentOptions,
): ExecutionEnvironment {
  const { definition } = options;
  let { time = realTime } = options;
  const pending = new Map<number, Pending>();
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    env: { ...options.variables },
    workerData: {
      code: definition.code,
      handler: definition.handler,
      functionName: definition.name,
      functionArn: definition.arn,
      memoryMegabytes: definition.memoryMegabytes,
      time: options.time,
    } satisfies WorkerData,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    resourceLimits: { maxOldGenerationSizeMb: definition.memoryMegabytes },
    stdout: true,
    stderr: true,
  });
  readLines(worker.stdout, options.onLog);
  readLines(worker.stderr, options.onLog);

  const end = (errorType: string, message: string): void => {
    options.onEnd();
    for (const { reject } of pending.values()) reject(new FunctionError(errorType, message));
    pending.clear();
  };
  const { promise: ready, resolve: isReady } = Promise.withResolvers<void>();
  worker.on('message', (outcome: InvocationResult | 'ready') => {
    if (outcome === 'ready') return isReady();
    const waiting = pending.get(outcome.id);
    pending.delete(outcome.id);
    if ('error' in outcome) {
      waiting?.reject(new FunctionError(outcome.error.name, outcome.error.message));
    } else {
      waiting?.resolve(outcome.result);
    }
  });
  worker.on('error', (error) => end('Runtime.Error', String(error)));
  worker.on('exit', (code) => end('Runtime.ExitError', `the environment ended with ${code}`));

  let count = 0;
  return {
    get busy() {
      return pending.size > 0;
    },
    setTime(next) {
      time = next;
      worker.postMessage({ time });
    },
    invoke(request) {
      const id = ++count;
      const limitMs = definition.timeoutSeconds * 1000;
      return new Promise((resolve, reject) => {
        const outOfTime = () => {
          // Lambda, too, ends an environment whose request ran out of time.
          void worker.terminate();
          end('Sandbox.Timedout', `timed out after ${definition.timeoutSeconds} seconds`);
        };
        let timer = setTimeout(outOfTime, limitMs);
        const settled = <T>(settle: (value: T) => void) => {
          return (value: T) => {
            clearTimeout(timer);
            settle(value);
          };
        };
        pending.set(id, { resolve: settled(resolve), reject: settled(reject) });
        // Like Lambda, limits the loading of the code by itself: the request's limit begins after it.
        void ready.then(() => {
          if (!pending.has(id)) return;
          clearTimeout(timer);
          timer = setTimeout(outOfTime, limitMs / time.speed);
          const deadline = nowIn(time) + limitMs;
          worker.postMessage({ ...request, id, deadline } satisfies Invocation);
        });
      });
    },
    close: async () => {
      await worker.terminate();
    },
  };
}

function readLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') onLine(line);
  });
}
