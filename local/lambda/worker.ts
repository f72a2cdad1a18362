/** The code of a worker thread: one execution environment of one function. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { type FunctionTime, replaceClocks } from './function-time.ts';

/** What the environment is made with. */
export interface WorkerData {
  readonly code: string;
  /** `file.export` */
  readonly handler: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly memoryMegabytes: number;
  /** where it can be changed */
  readonly time: FunctionTime | undefined;
}

export interface Invocation {
  readonly id: number;
  readonly event: unknown;
  readonly requestId: string;
  /** epoch milliseconds, by the functions' time */
  readonly deadline: number;
  readonly tenantId: string | undefined;
}

export type InvocationResult =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: { readonly name: string; readonly message: string } };

type Handler = (event: unknown, context: object) => Promise<unknown>;

const data = workerData as WorkerData;
const setTime = data.time && replaceClocks(data.time);
const [file, name] = data.handler.split('.') as [string, string];
const handlers = await import(pathToFileURL(join(data.code, `${file}.mjs`)).href);
const handler = handlers[name] as Handler;
parentPort?.postMessage('ready');

parentPort?.on('message', async (message: Invocation | { readonly time: FunctionTime }) => {
  if ('time' in message) setTime?.(message.time);
  else parentPort?.postMessage(await invoke(message));
});

async function invoke(invocation: Invocation): Promise<InvocationResult> {
  const { id } = invocation;
  try {
    return { id, result: asJson(await handler(invocation.event, contextOf(invocation))) };
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    return { id, error: { name: error.name, message: error.message } };
  }
}

/**
 * Lambda answers with JSON, so what is not JSON is left out. Text, such as a body of megabytes, is the same before
 * and after, so it is not converted.
 */
function asJson(result: unknown): unknown {
  if (typeof result === 'string') return result;
  if (typeof result !== 'object' || result === null || Array.isArray(result)) {
    return result === undefined ? null : JSON.parse(JSON.stringify(result));
  }
  const members = Object.entries(result);
  const texts = members.filter(([, value]) => typeof value === 'string');
  const others = members.filter(([, value]) => typeof value !== 'string');
  return {
    ...JSON.parse(JSON.stringify(Object.fromEntries(others))),
    ...Object.fromEntries(texts),
  };
}

function contextOf(invocation: Invocation): object {
  return {
    awsRequestId: invocation.requestId,
    functionName: data.functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: data.functionArn,
    memoryLimitInMB: String(data.memoryMegabytes),
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, invocation.deadline - Date.now()),
    ...(invocation.tenantId !== undefined && { tenantId: invocation.tenantId }),
  };
}
