/** A small stack with functions that run, for tests that invoke them over the AWS endpoint. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type InvokeCommandInput,
  Lambda,
  type LambdaServiceException,
} from '@aws-sdk/client-lambda';
import type { Credentials } from '../../../local/aws/authentication/credentials.ts';
import type { FinishedCall } from '../../../local/aws/call.ts';
import { systemClock } from '../../../local/clock.ts';
import { deploy } from '../../../local/deployment.ts';
import { functionEnvironment } from '../../../local/function-environment.ts';
import { openRuntime } from '../../../local/lambda/runtime.ts';
import { readFunctions } from '../../../local/lambda/template.ts';
import { readTemplate } from '../../../local/template/template.ts';
import { clientOptions } from '../aws/harness.ts';
import { account, lambdaFunction, role } from '../small-template.ts';

/** What the functions do: each answers with what tells environments apart. */
const bundles = {
  'echo.mjs': `
    const environment = Math.random();
    const seen = [];
    export const handler = async (event, { tenantId, awsRequestId, invokedFunctionArn }) => {
      seen.push(event);
      return { event, tenantId, awsRequestId, invokedFunctionArn, environment, seen };
    };`,
  // Answers with what its environment holds.
  'reveal.mjs': `
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
    export const handler = async () => ({
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      sessionToken: AWS_SESSION_TOKEN,
    });`,
  'fail.mjs': `
    export const handler = async ({ how }) => {
      if (how === 'throw') throw new TypeError('it cannot');
      if (how === 'exit') process.exit(1);
      if (how === 'hang') await new Promise((resolve) => setTimeout(resolve, 60_000));
      if (how === 'large') return 'x'.repeat(7_000_000);
    };`,
};

/** @param resources beside the functions */
export async function openFunctions(resources: Readonly<Record<string, object>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'tenant-keys-invoke-'));
  for (const [name, code] of Object.entries(bundles)) writeFileSync(join(folder, name), code);
  const template = readTemplate({ Resources: { ...functions, ...resources } }, account);
  const calls: FinishedCall[] = [];
  const deployment = await deploy({
    template,
    clock: systemClock,
    port: 0,
    onCall: (call) => calls.push(call),
  });
  const runtime = openRuntime({
    functions: readFunctions(template, () => folder),
    systemVariables: (definition) => functionEnvironment(definition, deployment, account),
    onLog: () => {},
  });
  deployment.invokeThrough(runtime);
  const roleNamed = (name: string) => {
    const found = [...deployment.roles.values()].find(({ arn }) => arn.endsWith(`-${name}`));
    if (found === undefined) throw new Error(`no role is ${name}`);
    return found;
  };
  return {
    deployment,
    calls,
    roleNamed,
    client: (credentials: Credentials) =>
      new Lambda({ ...clientOptions(deployment.url, credentials), region: account.region }),
    session: (name: string) => deployment.issue(roleNamed(name), 'test'),
    async close() {
      await runtime.close();
      await deployment.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type Functions = Awaited<ReturnType<typeof openFunctions>>;

export const arnOf = (name: string) =>
  `arn:aws:lambda:${account.region}:${account.accountId}:function:TenantKeys-${name}`;

export const lambda = (Handler: string, properties: object = {}) => ({
  ...lambdaFunction,
  Properties: {
    ...lambdaFunction.Properties,
    Handler,
    Role: { 'Fn::GetAtt': ['FunctionRole', 'Arn'] },
    Timeout: 2,
    ...properties,
  },
});

const functions = {
  Echo: lambda('echo.handler', { Tags: [{ Key: 'Team', Value: 'a' }] }),
  Fail: lambda('fail.handler'),
  PerTenant: lambda('echo.handler', { TenancyConfig: { TenantIsolationMode: 'PER_TENANT' } }),
  FunctionRole: role(),
};

/** @returns what the function answered, parsed */
export async function invoked(client: Lambda, input: InvokeCommandInput) {
  const { Payload, $metadata, ...rest } = await client.invoke(input);
  const text = Payload?.transformToString() ?? '';
  return {
    status: $metadata.httpStatusCode,
    ...rest,
    payload: text === '' ? undefined : JSON.parse(text),
  };
}

/** @returns how the call was refused */
export const refusal = (call: Promise<unknown>) =>
  call.then(
    () => {
      throw new Error('it was not refused');
    },
    ({ name, message, $metadata }: LambdaServiceException) => ({
      name,
      message,
      status: $metadata.httpStatusCode,
      requestId: $metadata.requestId as string,
    }),
  );
