/**
 * `npm run deploy` with AWS's answers at the wire, and in place of the CDK CLI a function that notes what it was asked.
 * Nothing of the answers was recorded on AWS.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { localAccount } from '../../local/stack.ts';
import { readTemplate } from '../../local/template/template.ts';
import { readArguments } from '../../operate/deploy/arguments.ts';
import { type DeployRun, runDeploy } from '../../operate/deploy/run.ts';
import type { StepResult } from '../../operate/step.ts';
import {
  AwsFault,
  type FakeAws,
  fakeAwsEnvironment,
  type Handlers,
  startFakeAws,
} from '../harness/fake-aws.ts';
import { context } from '../harness/synthesized.ts';
import { requestAssembly } from '../synthesizer/client.ts';

export const folder = mkdtempSync(join(tmpdir(), 'deploy-test-'));
const before = { ...process.env };
export let aws: FakeAws;
export let template: {
  Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;
};
/** As the fake account has it. */
const asDeployed = () => readTemplate(template, { ...localAccount, region: 'eu-central-1' });

beforeAll(async () => {
  await requestAssembly({ ...context, 'aws:cdk:bundling-stacks': [] }, folder);
  template = JSON.parse(readFileSync(join(folder, 'TenantKeys.template.json'), 'utf8'));
  aws = await startFakeAws({});
  Object.assign(process.env, fakeAwsEnvironment(aws.url));
}, 60_000);
afterAll(async () => {
  process.env = before;
  rmSync(folder, { recursive: true });
  await aws?.close();
});
beforeEach(() => {
  aws.asked.length = 0;
});

export const schemas = {
  'AWS::Lambda::Function': '{"properties":{"TenancyConfig":{}}}',
  'AWS::KMS::Key': '{"properties":{"KeySpec":{"enum":["ML_DSA_65"]}}}',
};
export const missing =
  (name: string, message = 'it does not exist') =>
  () => {
    throw new AwsFault(name, message);
  };

/** An account that is ready, and has no such stack. */
export const ready: Handlers = {
  'sts.GetCallerIdentity': () => ({
    Account: '111122223333',
    Arn: 'arn:aws:sts::111122223333:assumed-role/Deployer/me',
    UserId: 'x',
  }),
  'ssm.GetParameter': () => ({ Parameter: { Value: '30' } }),
  'cloudformation.DescribeStacks': missing(
    'ValidationError',
    'Stack with id TenantKeys does not exist',
  ),
  'cloudformation.DescribeType': ({ TypeName }) => ({
    Schema: schemas[TypeName as keyof typeof schemas],
  }),
  'lambda.GET /2018-10-31/layers': () => ({ Layers: [] }),
  'lambda.GET /2016-08-19/account-settings': () => ({
    AccountLimit: { ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: 1000 },
  }),
  'servicequotas.GetServiceQuota': () => ({ Quota: { Value: 100_000 } }),
  'kms.ListKeys': () => ({ Keys: [{ KeyId: 'one' }], Truncated: false }),
  'kms.DescribeKey': missing('NotFoundException'),
  'cloudtrail.DescribeTrails': () => ({ trailList: [{ Name: 'organization' }] }),
  'apigateway.GET /restapis': () => ({ item: [] }),
  'apigateway.GET /account': () => ({}),
  'iam.GetAccountSummary': () => ({
    SummaryMap: new Map([
      ['Roles', '20'],
      ['RolesQuota', '1000'],
    ]),
  }),
  'monitoring.GetDashboard': missing('ResourceNotFound'),
  'monitoring.DescribeAlarms': () => ({ MetricAlarms: [] }),
};

/** The same account with the stack as it is. */
export const deployed = (
  more: { status?: string; isProtected?: boolean; body?: object } = {},
): Handlers => ({
  ...ready,
  'cloudformation.DescribeStacks': () => ({
    Stacks: [
      {
        StackName: 'TenantKeys',
        StackStatus: more.status ?? 'UPDATE_COMPLETE',
        CreationTime: new Date(),
        EnableTerminationProtection: more.isProtected === true,
      },
    ],
  }),
  'cloudformation.ListStackResources': () => ({
    StackResourceSummaries: Object.entries(template.Resources).map(([id, { Type }]) => ({
      LogicalResourceId: id,
      ResourceType: Type,
      PhysicalResourceId: asDeployed().identity(id).ref,
      ResourceStatus: 'CREATE_COMPLETE',
      LastUpdatedTimestamp: new Date(),
    })),
  }),
  'cloudformation.GetTemplate': () => ({ TemplateBody: JSON.stringify(more.body ?? template) }),
});

export interface Ended {
  readonly code: number;
  readonly results: Map<string, StepResult>;
  readonly said: string;
  readonly cdk: string[][];
  readonly questions: string[];
  readonly smoked: string[];
}

export async function deploy(
  handlers: Handlers,
  args: readonly string[] = [],
  more: Partial<DeployRun> & { readonly cdkCode?: number } = {},
): Promise<Ended> {
  aws.handlers = handlers;
  const results = new Map<string, StepResult>();
  const said: string[] = [];
  const cdk: string[][] = [];
  const questions: string[] = [];
  const smoked: string[] = [];
  const code = await runDeploy({
    given: readArguments(['--app', folder, ...args]) as DeployRun['given'],
    env: process.env,
    report: {
      say: (text) => said.push(text),
      result: (result) => results.set(result.step, result),
    },
    signal: new AbortController().signal,
    isTerminal: false,
    confirm: async (question) => {
      questions.push(question);
      return true;
    },
    ...more,
    cdk: async (given, { env }) => {
      cdk.push([env.AWS_REGION ?? '', ...given]);
      return more.cdkCode ?? 0;
    },
    smoke:
      more.smoke ??
      (async (name) => {
        smoked.push(name);
        return true;
      }),
  });
  return { code, results, said: said.join('\n'), cdk, questions, smoked };
}

export const failed = ({ results }: Ended) =>
  [...results.values()].filter(({ outcome }) => outcome === 'failed').map(({ step }) => step);
/** What the operations that change something are called by. */
export const isWrite = (name: string) => !/\.(Get|List|Describe|GET )/.test(name);
