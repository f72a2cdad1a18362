/** The whole stack on one machine: the issuer, the template made for it, and all that the template says. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stackName } from '../lib/stack-name.ts';
import { serveApi } from './api/gateway.ts';
import { readApi } from './api/template.ts';
import { automate, type ScheduledFunction } from './automation.ts';
import type { FinishedCall } from './aws/call.ts';
import type { FaultInput } from './aws/faults/fault.ts';
import { systemClock } from './clock.ts';
import type { TrailEvent } from './cloudtrail/event.ts';
import { addressesEndpoint } from './dashboard/endpoints.ts';
import { type Deployment, deploy } from './deployment.ts';
import type { BusEvent } from './events/service.ts';
import { environmentVariables } from './function-environment.ts';
import { serveIssuer } from './issuer/issuer.ts';
import { openRuntime } from './lambda/runtime.ts';
import { assetsOf, readFunctions } from './lambda/template.ts';
import { openLogGroups } from './logs/log-groups.ts';
import type { Account } from './template/resource-types.ts';
import { readTemplate } from './template/template.ts';

const audience = 'tenant-keys';
const tenantClaim = 'tenant_id';
/** Over the defaults: whoever watches at work what runs by schedule does not wait a quarter of an hour. */
const localContext = { reconcileEveryMinutes: 1, canaryEveryMinutes: 1 };

export const localAccount: Account = {
  partition: 'aws',
  region: 'us-east-1',
  accountId: '111122223333',
  stackName,
};

export type Synthesis = (
  context: Readonly<Record<string, unknown>>,
  folder: string,
) => Promise<unknown>;

export interface StackOptions {
  readonly apiPort: number;
  readonly awsPort: number;
  readonly issuerPort: number;
  readonly dataDir?: string | undefined;
  /** of the stack's configuration, as `-c key=value` gives it; issuer and audience are the stack's own */
  readonly context?: Readonly<Record<string, unknown>>;
  /** writes the app's assembly, with the bundles, into the folder; without it, this process does */
  readonly synthesize?: Synthesis;
  /** that AWS plays from the start; `deployment.faults` changes them */
  readonly faults?: readonly FaultInput[];
  /** whether KMS throttles as a real account's does */
  readonly quotas?: boolean | undefined;
  readonly onProgress?: (step: string) => void;
  /** told each line that a function logs */
  readonly onLog?: (functionName: string, line: string) => void;
  readonly onCall?: (call: FinishedCall) => void;
  /** told of each event on the default bus */
  readonly onEvent?: (event: BusEvent) => void;
  /** told of each call of KMS as CloudTrail records it; `deployment.trail` keeps the last ones */
  readonly onTrailEvent?: (event: TrailEvent) => void;
  /** whether the template's rules run by themselves; without it, only when they are told to */
  readonly scheduled?: boolean;
}

export interface LocalStack {
  /** with the stage */
  readonly api: string;
  readonly aws: string;
  readonly issuer: string;
  readonly region: string;
  readonly accountId: string;
  readonly operator: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly deployment: Deployment;
  /** runs a scheduled function now; @returns what it returned */
  run(name: ScheduledFunction): Promise<unknown>;
  /** hands an event of KMS to the trail's log group as if it had happened now */
  deliver(event: TrailEvent): void;
  /** waits until every line that was logged is with those who subscribe to it */
  indexed(): Promise<void>;
  close(): Promise<void>;
}

/** CDK takes longer to load than all the rest of the stack. */
const synthesizeHere: Synthesis = async (context, folder) => {
  const { synthesize } = await import('../lib/synthesize.ts');
  return synthesize(context, folder);
};

/** @throws Error where a port is taken, or the template holds what the stack does not understand */
export async function startStack(options: StackOptions): Promise<LocalStack> {
  const { onProgress = () => {}, dataDir } = options;
  if (dataDir !== undefined) mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const opened: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (const end of opened.splice(0).reverse()) await end();
  };
  try {
    const issuer = await serveIssuer({ port: options.issuerPort, audience, tenantClaim });
    opened.push(issuer.close);

    onProgress('synthesizing the template and bundling the functions ...');
    const folder = mkdtempSync(join(tmpdir(), 'tenant-keys-'));
    opened.push(() => rmSync(folder, { recursive: true, force: true }));
    const context = {
      ...localContext,
      ...options.context,
      issuer: issuer.url,
      audience,
      tenantClaim,
    };
    await (options.synthesize ?? synthesizeHere)(context, folder);
    const file = join(folder, `${stackName}.template.json`);
    const template = readTemplate(JSON.parse(readFileSync(file, 'utf8')), localAccount);

    const functions = readFunctions(template, assetsOf(folder));
    const logs = openLogGroups(template, functions);

    onProgress('starting the AWS endpoint and the API ...');
    const deployment = await deploy({
      template,
      clock: systemClock,
      port: options.awsPort,
      dataDir,
      quotas: options.quotas,
      ...(options.onCall && { onCall: options.onCall }),
      onEvent: options.onEvent,
      onTrailEvent: (event) => {
        logs.ofTrail(event);
        options.onTrailEvent?.(event);
      },
      onError: (error) =>
        process.stderr.write(`aws: ${error instanceof Error ? error.stack : error}\n`),
    });
    opened.push(deployment.close);
    deployment.faults.set(options.faults ?? []);
    const variables = new Map(
      [...functions].map(([arn, definition]) => [
        arn,
        environmentVariables(definition, deployment, localAccount),
      ]),
    );
    const runtime = openRuntime({
      functions,
      systemVariables: ({ arn }) => variables.get(arn) ?? {},
      onLog: (name, line) => {
        logs.ofFunction(name, line);
        options.onLog?.(name, line);
      },
    });
    opened.push(runtime.close);
    logs.deliverThrough(runtime);
    opened.push(async () => {
      // What is kept on disk is kept whole.
      if (dataDir !== undefined) await logs.settled();
      logs.close();
    });
    const automation = await automate({
      template,
      functions,
      runtime,
      deployment,
      ticking: options.scheduled === true,
    });
    opened.push(automation.close);
    const definition = readApi(template);
    const api = await serveApi({
      account: localAccount,
      api: definition,
      runtime,
      port: options.apiPort,
      frontPage: `${deployment.url}/`,
      onDecision: (record) => deployment.decisions.add({ ...record, time: systemClock.now() }),
    });
    opened.push(api.close);
    const apiUrl = `${api.url}/${definition.stage}`;
    const { region, accountId } = localAccount;
    deployment.addControlEndpoint(
      addressesEndpoint({
        api: apiUrl,
        aws: deployment.url,
        issuer: issuer.url,
        region,
        accountId,
      }),
    );
    return {
      api: apiUrl,
      aws: deployment.url,
      issuer: issuer.url,
      region,
      accountId,
      operator: {
        accessKeyId: deployment.operator.accessKeyId,
        secretAccessKey: deployment.operator.secretAccessKey,
      },
      deployment,
      run: automation.run,
      deliver: logs.ofTrail,
      indexed: logs.settled,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
