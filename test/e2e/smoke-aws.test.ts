/**
 * `npm run smoke` on a stack of AWS: the API is the local stack's, and of CloudFormation, CloudWatch, SNS, CloudTrail and
 * Lambda there are answers at the wire. Nothing of these was recorded on AWS.
 */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import {
  type FakeAws,
  fakeAwsEnvironment,
  type Handlers,
  startFakeAws,
} from '../harness/fake-aws.ts';
import { resultsOf, smoke } from './smoke-harness.ts';
import { startTestStack, type TestStack } from './test-stack.ts';

const topic = 'arn:aws:sns:eu-central-1:111122223333:alarms';
const trailArn = 'arn:aws:cloudtrail:eu-central-1:111122223333:trail/TenantKeys-trail';

let stack: TestStack;
let aws: FakeAws;
let alarmStates: string[];
beforeAll(async () => {
  stack = await startTestStack();
  aws = await startFakeAws({});
}, 60_000);
afterAll(async () => {
  await aws?.close();
  await stack?.close();
});
beforeEach(() => {
  alarmStates = [];
  aws.handlers = handlers();
});

const outputs = (more: object) =>
  Object.entries(more).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue }));
const seconds = (ms: number) => ms / 1000;

function handlers(): Handlers {
  const resource = (LogicalResourceId: string, ResourceType: string) => ({
    LogicalResourceId,
    ResourceType,
    PhysicalResourceId: LogicalResourceId.toLowerCase(),
    ResourceStatus: 'CREATE_COMPLETE',
    LastUpdatedTimestamp: new Date(),
  });
  return {
    'cloudformation.DescribeStacks': () => ({
      Stacks: [
        {
          StackName: 'Keys',
          StackStatus: 'CREATE_COMPLETE',
          CreationTime: new Date(),
          Outputs: outputs({ ApiUrl: `${stack.api}/`, TrailArn: trailArn }),
        },
      ],
    }),
    'cloudformation.ListStackResources': () => ({
      StackResourceSummaries: [
        resource('CanaryRunFunction0A', 'AWS::Lambda::Function'),
        resource('FunctionsCryptoFunction0B', 'AWS::Lambda::Function'),
        resource('MonitoringOne', 'AWS::CloudWatch::Alarm'),
      ],
    }),
    'lambda.POST /2015-03-31/functions/canaryrunfunction0a/invocations': ({ body }) => ({
      // Only with all paths is nothing left unknown.
      opened: [],
      broken: [],
      unknown: String(body) === '{"full":true}' ? [] : ['not a full run'],
      denied: ['x'],
      allowed: ['y'],
    }),
    'monitoring.DescribeAlarms': () => ({
      MetricAlarms: [
        { AlarmName: 'rings', StateValue: 'ALARM', ActionsEnabled: true, AlarmActions: [topic] },
        { AlarmName: 'mute', StateValue: 'OK', ActionsEnabled: false, AlarmActions: [topic] },
        { AlarmName: 'quiet', StateValue: 'OK', ActionsEnabled: true, AlarmActions: [topic] },
      ],
    }),
    'monitoring.SetAlarmState': ({ AlarmName, StateValue }) => {
      alarmStates.push(`${AlarmName} ${StateValue}`);
    },
    'monitoring.DescribeAlarmHistory': ({ AlarmName }) => ({
      AlarmHistoryItems: [{ AlarmName, HistorySummary: `Successfully executed action ${topic}` }],
    }),
    'sns.GetTopicAttributes': () => ({
      Attributes: new Map([['SubscriptionsConfirmed', '1']]),
    }),
    'cloudtrail.GetTrailStatus': () => ({
      IsLogging: true,
      LatestDeliveryTime: seconds(Date.now()),
      LatestCloudWatchLogsDeliveryTime: seconds(Date.now()),
    }),
  };
}

async function run(more: Handlers = {}) {
  aws.handlers = { ...handlers(), ...more };
  const tokens = {
    SMOKE_ADMIN_TOKEN: await stack.client.adminToken(),
    SMOKE_FIRST_TOKEN: await stack.client.tenantToken('smoke-aws-a'),
    SMOKE_SECOND_TOKEN: await stack.client.tenantToken('smoke-aws-b'),
  };
  const args = ['--stack', 'Keys', '--tenants', 'smoke-aws-a,smoke-aws-b', '--wait', '2', '--json'];
  const ended = await smoke(args, undefined, { ...fakeAwsEnvironment(aws.url), ...tokens });
  expect(ended.err).toBe('');
  return { code: ended.code, results: resultsOf(ended) };
}

test('goes through every step; the alarm that is set is one that does not ring, and is set back', async () => {
  const { code, results } = await run();
  expect([...results.values()].filter(({ outcome }) => outcome !== 'ok')).toEqual([]);
  expect(code).toBe(0);
  expect(results.size).toBe(10);
  expect(alarmStates).toEqual(['quiet ALARM', 'quiet OK']);
  expect(results.get('alarm')?.found).toBe(
    `quiet: Successfully executed action ${topic}; 1 at the topic get it`,
  );
}, 60_000);

test('a topic without anybody is said, loudly', async () => {
  const { code, results } = await run({
    'sns.GetTopicAttributes': () => ({
      Attributes: new Map([['SubscriptionsPending', '1']]),
    }),
  });
  expect(code).toBe(0);
  expect(results.get('alarm')?.found).toContain(
    'NOBODY at the topic gets it, 1 must confirm still',
  );
}, 60_000);

test.each([
  ['no message', { AlarmHistoryItems: [] }, 'after 2 s the history of quiet has no action'],
  [
    'a message to another topic',
    { AlarmHistoryItems: [{ HistorySummary: 'Successfully executed action arn:aws:sns:x:y:z' }] },
    'after 2 s the history of quiet has no action',
  ],
  [
    'an action that failed',
    { AlarmHistoryItems: [{ HistorySummary: `Failed to execute action ${topic}` }] },
    `quiet: Failed to execute action ${topic}`,
  ],
])(
  'the alarm brings %s: failed, and the alarm is set back',
  async (_, history, found) => {
    const { code, results } = await run({ 'monitoring.DescribeAlarmHistory': () => history });
    expect(code).toBe(1);
    expect(results.get('alarm')).toMatchObject({ outcome: 'failed', found });
    expect(alarmStates).toEqual(['quiet ALARM', 'quiet OK']);
  },
  60_000,
);

const hourAgo = () => seconds(Date.now() - 3_600_000);
test.each([
  ['does not log', () => ({ IsLogging: false }), 'the trail does not log'],
  [
    'has delivered nothing yet',
    () => ({ IsLogging: true }),
    'after 2 s nothing of this run was delivered to the bucket (last: never)',
  ],
  [
    'has delivered only what was before',
    () => ({ IsLogging: true, LatestDeliveryTime: hourAgo() }),
    expect.stringMatching(/^after 2 s nothing of this run was delivered to the bucket \(last: 20/),
  ],
  [
    'may not write to the bucket',
    () => ({ IsLogging: true, LatestDeliveryError: 'AccessDenied' }),
    'delivery to the bucket fails: AccessDenied',
  ],
  [
    'delivers nothing to the log group',
    () => ({ IsLogging: true, LatestDeliveryTime: seconds(Date.now() + 1000) }),
    expect.stringContaining('was delivered to the log group'),
  ],
])(
  'a trail that %s: failed',
  async (_, status, found) => {
    const { code, results } = await run({ 'cloudtrail.GetTrailStatus': status });
    expect(code).toBe(1);
    expect(results.get('trail')).toMatchObject({
      outcome: 'failed',
      found,
      remedy: expect.stringContaining('trail-silent'),
    });
  },
  60_000,
);

test('a canary that finds paths open: failed', async () => {
  const { code, results } = await run({
    'lambda.POST /2015-03-31/functions/canaryrunfunction0a/invocations': () => ({
      opened: ['a', 'b', 'c', 'd'],
      broken: [],
      unknown: [],
      denied: ['x'],
      allowed: ['y'],
    }),
  });
  expect(code).toBe(1);
  expect(results.get('canary')).toMatchObject({
    outcome: 'failed',
    found: '4 paths opened: a, b, c',
  });
}, 60_000);

test('without trail and canary these are left out, and the audit is looked at without calls of KMS', async () => {
  const { code, results } = await run({
    'cloudformation.DescribeStacks': () => ({
      Stacks: [
        {
          StackName: 'Keys',
          StackStatus: 'CREATE_COMPLETE',
          CreationTime: new Date(),
          Outputs: outputs({ ApiUrl: stack.api }),
        },
      ],
    }),
    'cloudformation.ListStackResources': () => ({ StackResourceSummaries: [] }),
  });
  expect(results.get('trail')).toMatchObject({ outcome: 'left out' });
  expect(results.get('canary')).toMatchObject({ outcome: 'left out' });
  expect(results.get('audit')?.found).toContain('left out: the stack has no trail');
  // A stack without alarms is not as it must be; those of others in the account are left alone.
  expect(results.get('alarm')).toMatchObject({ found: 'the stack has no alarms' });
  expect(alarmStates).toEqual([]);
  expect(code).toBe(1);
}, 60_000);

test('a stack that is not there is a sentence, before anything is onboarded', async () => {
  aws.handlers = {};
  const args = ['--stack', 'Missing'];
  const ended = await smoke(args, undefined, fakeAwsEnvironment(aws.url));
  expect(ended.code).toBe(2);
  expect(ended.err).toMatch(/^smoke: /);
  expect(ended.err).not.toMatch(/\n\s+at /);
}, 60_000);
