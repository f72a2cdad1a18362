/** The whole stack on one machine: a token issuer, and everything of the template that is synthesized for it. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultName } from '../contract/stack-names.ts';
import { serveApi } from './api/gateway.ts';
import { readApi } from './api/template.ts';
import { automate, type ScheduledFunction } from './automation.ts';
import type { FinishedCall } from './aws/call.ts';
import { decisionsUrl } from './aws/control/decisions.ts';
import type { FaultInput } from './aws/faults/fault.ts';
import { systemClock } from './clock.ts';
import type { TrailEvent } from './cloudtrail/event.ts';
import { addressesEndpoint, issuersEndpoint } from './dashboard/endpoints.ts';
import { type Deployment, deploy } from './deployment.ts';
import type { BusEvent } from './events/service.ts';
import { functionEnvironment } from './function-environment.ts';
import { firstIssuer, type IssuersContext } from './given-issuers.ts';
import { serveIssuer } from './issuer/issuer.ts';
import type { TimeChange } from './lambda/function-time.ts';
import { openRuntime, type Runtime } from './lambda/runtime.ts';
import type { FunctionDefinition } from './lambda/template.ts';
import type { Listening } from './listen.ts';
import { type LogGroups, openLogGroups } from './logs/log-groups.ts';
import { stackInstance } from './stack-instance.ts';
import { type Synthesis, synthesizedStack } from './synthesis.ts';
import type { Account } from './template/resource-types.ts';
import type { Template } from './template/template.ts';

const audience = 'tenant-keys';
const tenantClaim = 'tenant_id';

export const localAccount: Account = {
  partition: 'aws',
  region: 'us-east-1',
  accountId: '111122223333',
  stackName: defaultName,
};

export interface StackOptions {
  readonly apiPort: number;
  readonly awsPort: number;
  readonly issuerPort: number;
  readonly dataDir?: string | undefined;
  /** whether the stack that used the folder before was deleted: names that CloudFormation makes are others then */
  readonly newStack?: boolean | undefined;
  /** whose tokens count, as context keys; absent: those of an issuer that is started beside the stack */
  readonly issuers?: IssuersContext | undefined;
  /** configuration, as `-c key=value` gives it, without issuers */
  readonly context?: Readonly<Record<string, unknown>>;
  /** writes the app's assembly, with the bundles, into a folder; absent: done in this process */
  readonly synthesize?: Synthesis;
  /** that AWS has from the start; `deployment.faults` changes them */
  readonly faults?: readonly FaultInput[];
  /** whether KMS throttles as a real account's does */
  readonly quotas?: boolean | undefined;
  /** how long an on-demand rotation takes, by KMS's clock; by default it is done when it is asked for */
  readonly onDemandRotationMs?: number | undefined;
  /** last report of `npm run prove`, for the page; absent: the checkout's */
  readonly proofFile?: string | undefined;
  /** a stack of another name in the same account and region: this one is at its AWS endpoint, and is closed before it */
  readonly beside?: LocalStack | undefined;
  readonly onProgress?: (step: string) => void;
  /** called for each line that a function logs */
  readonly onLog?: (functionName: string, line: string) => void;
  /** called for each line of the API's access log */
  readonly onAccess?: (line: string) => void;
  readonly onCall?: (call: FinishedCall) => void;
  /** called for each event on the default bus */
  readonly onEvent?: (event: BusEvent) => void;
  /** called for each call of KMS, as CloudTrail records it; `deployment.trail` has the last ones */
  readonly onTrailEvent?: (event: TrailEvent) => void;
  /** whether the template's rules run by the clock; otherwise only by `run` and the control endpoints */
  readonly scheduled?: boolean;
  /** whether `changeTime` can change the time that passes in the functions */
  readonly movableTime?: boolean;
}

/** An administrator's access key. */
export interface Operator {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface LocalStack {
  /** with the stage */
  readonly api: string;
  readonly aws: string;
  /** name of the only or first issuer */
  readonly issuer: string;
  /** whether it is the one of this stack, which gives anybody a token */
  readonly givesTokens: boolean;
  readonly region: string;
  readonly accountId: string;
  readonly operator: Operator;
  /** another AWS account, which plays a tenant's own */
  readonly tenantAccount: { readonly accountId: string; readonly operator: Operator };
  readonly deployment: Deployment;
  /** of the stack, by their names */
  readonly outputs: Readonly<Record<string, string>>;
  /** Runs a scheduled function by hand, in full. @returns what it returned */
  run(name: ScheduledFunction): Promise<unknown>;
  /**
   * Changes the time that passes in the functions. AWS's goes on as before.
   * @throws Error without `movableTime`
   */
  changeTime(change: TimeChange): void;
  /** Writes an event of KMS to the trail's log group, as if it had happened now. */
  deliver(event: TrailEvent): void;
  /** Resolves when every logged line is delivered to its subscriptions. */
  indexed(): Promise<void>;
  close(): Promise<void>;
}

type OnClose = (end: () => Promise<void> | void) => void;

/** @throws Error where a port is taken, or where the stack does not understand the template */
export async function startStack(options: StackOptions): Promise<LocalStack> {
  const opened: Parameters<OnClose>[0][] = [];
  const close = async () => {
    for (const end of opened.splice(0).reverse()) await end();
  };
  try {
    return { ...(await start(options, (end) => opened.push(end))), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(options: StackOptions, onClose: OnClose): Promise<Omit<LocalStack, 'close'>> {
  const { onProgress = () => {}, dataDir } = options;
  if (dataDir !== undefined) mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const issuers = options.issuers ?? (await ownIssuer(options.issuerPort, onClose));

  onProgress('synthesizing the template and bundling the functions ...');
  const instance = stackInstance(dataDir, options.newStack);
  const folder = mkdtempSync(join(tmpdir(), 'tenant-keys-'));
  onClose(() => rmSync(folder, { recursive: true, force: true }));
  const { context, synthesize } = options;
  const account = localAccount;
  const synthesized = await synthesizedStack({ folder, account, issuers, context, synthesize });
  const template = synthesized.templateOf(instance.number);
  const functions = synthesized.functionsOf(template);
  const deleted =
    options.newStack === true ? synthesized.templateOf(instance.number - 1) : undefined;
  const logs = openLogGroups(template, functions);

  onProgress('starting the AWS endpoint and the API ...');
  const deployment = await deployTemplate(template, deleted, logs, options);
  onClose(deployment.close);
  instance.keep();
  // They are the endpoint's: a second stack leaves those of the first as they are.
  if (options.faults !== undefined) deployment.faults.set(options.faults);
  const runtime = openFunctions(functions, deployment, logs, options);
  onClose(runtime.close);
  logs.deliverThrough(runtime);
  deployment.invokeThrough(runtime);
  onClose(async () => {
    // Kept tables must have the rows of all lines.
    if (dataDir !== undefined) await logs.settled();
    logs.close();
  });
  const ticking = options.scheduled === true;
  const automation = await automate({ template, functions, runtime, deployment, ticking });
  onClose(automation.close);
  const api = await openApi({ template, runtime, deployment, logs, options });
  onClose(api.close);

  const { tenantAccount, operator } = deployment;
  const { region, accountId } = localAccount;
  const addresses = {
    api: api.url,
    aws: deployment.url,
    issuer: firstIssuer(issuers),
    givesTokens: options.issuers === undefined,
    region,
    accountId,
  };
  deployment.addControlEndpoint(addressesEndpoint(addresses));
  deployment.addControlEndpoint(issuersEndpoint(functions));
  return {
    ...addresses,
    operator: accessKeyOf(operator),
    tenantAccount: { ...tenantAccount, operator: accessKeyOf(tenantAccount.operator) },
    deployment,
    outputs: template.outputs,
    run: automation.run,
    changeTime: runtime.changeTime,
    deliver: logs.ofTrail,
    indexed: logs.settled,
  };
}

const accessKeyOf = ({ accessKeyId, secretAccessKey }: Operator): Operator => ({
  accessKeyId,
  secretAccessKey,
});

async function ownIssuer(port: number, onClose: OnClose): Promise<IssuersContext> {
  const { url, close } = await serveIssuer({ port, audience, tenantClaim });
  onClose(close);
  return { issuer: url, audience, tenantClaim };
}

function deployTemplate(
  template: Template,
  deleted: Template | undefined,
  logs: LogGroups,
  options: StackOptions,
): Promise<Deployment> {
  const onTrailEvent = (event: TrailEvent) => {
    logs.ofTrail(event);
    options.onTrailEvent?.(event);
  };
  if (options.beside) return options.beside.deployment.add(template, onTrailEvent);
  return deploy({
    template,
    deleted,
    clock: systemClock,
    port: options.awsPort,
    dataDir: options.dataDir,
    quotas: options.quotas,
    onDemandRotationMs: options.onDemandRotationMs,
    proofFile: options.proofFile,
    ...(options.onCall && { onCall: options.onCall }),
    onEvent: options.onEvent,
    onTrailEvent,
    onError: (error) =>
      process.stderr.write(`aws: ${error instanceof Error ? error.stack : error}\n`),
  });
}

function openFunctions(
  functions: ReadonlyMap<string, FunctionDefinition>,
  deployment: Deployment,
  logs: LogGroups,
  { onLog, movableTime }: StackOptions,
): Runtime {
  const environments = new Map(
    [...functions].map(([arn, definition]) => [
      arn,
      functionEnvironment(definition, deployment, localAccount),
    ]),
  );
  return openRuntime({
    functions,
    movableTime,
    systemVariables: ({ arn }) => environments.get(arn) ?? {},
    onLog: (name, line) => {
      logs.ofFunction(name, line);
      onLog?.(name, line);
    },
  });
}

/** @returns the running API; its URL has the stage */
async function openApi({
  template,
  runtime,
  deployment,
  logs,
  options,
}: {
  readonly template: Template;
  readonly runtime: Runtime;
  readonly deployment: Deployment;
  readonly logs: LogGroups;
  readonly options: StackOptions;
}): Promise<Listening> {
  const api = readApi(template);
  const logGroup = api.accessLog?.logGroup;
  const { url, close } = await serveApi({
    account: localAccount,
    api,
    runtime,
    port: options.apiPort,
    onAccess: (line) => {
      if (logGroup !== undefined) logs.ofApi(logGroup, line);
      options.onAccess?.(line);
    },
    pages: deployment.url,
    explanationOf: (requestId) =>
      deployment.decisions.of(requestId).some(({ decision }) => !decision.allowed)
        ? decisionsUrl(deployment.url, requestId)
        : undefined,
    onDecision: (record) => deployment.decisions.add({ ...record, time: systemClock.now() }),
  });
  return { url: `${url}/${api.stage}`, close };
}
