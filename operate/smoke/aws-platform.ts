/**
 * A stack of AWS. Invariant: what is changed is the state of one alarm, which CloudWatch sets right by itself, and which is
 * set back before.
 */
import { CloudTrail } from '@aws-sdk/client-cloudtrail';
import { CloudWatch, type MetricAlarm } from '@aws-sdk/client-cloudwatch';
import { Lambda } from '@aws-sdk/client-lambda';
import { SNS } from '@aws-sdk/client-sns';
import type { CanaryReport } from '../../contract/canary-report.ts';
import { fullRun } from '../../contract/full-run.ts';
import { clientOptions } from '../aws-clients.ts';
import type { DeployedStack } from '../deployed-stack.ts';
import { LeftOut, StepFailure } from '../step.ts';
import { type Patience, until } from '../until.ts';
import type { Platform } from './platform.ts';

/** A run of the canary may take as long as a function may. */
const longestRunMs = 15 * 60_000;
const reason = 'npm run smoke has set this by hand to see that alarms arrive. Nothing is wrong.';

export function awsPlatform(stack: DeployedStack, env: NodeJS.ProcessEnv): Platform {
  const options = clientOptions(env);
  const lambda = new Lambda({ ...options, requestHandler: { requestTimeout: longestRunMs } });
  const cloudwatch = new CloudWatch(options);
  const sns = new SNS(options);
  const cloudtrail = new CloudTrail(options);
  const idsOf = (type: string) => stack.resources.filter((one) => one.type === type);
  const trail = stack.outputs.TrailArn;
  return {
    keyEvents:
      trail !== undefined || 'the stack has no trail of its own, which calls of KMS come by',
    canary: () => runCanary(lambda, idsOf('AWS::Lambda::Function')),
    async alarm(patience) {
      const names = idsOf('AWS::CloudWatch::Alarm').map(({ physicalId }) => physicalId);
      const alarm = await quietAlarm(cloudwatch, names);
      const seen = await ringOnce(cloudwatch, alarm, patience);
      return `${seen}; ${await subscribers(sns, alarm.AlarmActions?.[0] ?? '')}`;
    },
    async trail(since, patience) {
      if (trail === undefined)
        throw new LeftOut('the stack has no trail of its own (trail: false)');
      return delivered(cloudtrail, trail, since, patience);
    },
  };
}

async function runCanary(
  lambda: Lambda,
  functions: DeployedStack['resources'],
): Promise<CanaryReport> {
  const canary = functions.find(({ logicalId }) => logicalId.includes('CanaryRunFunction'));
  if (canary === undefined) throw new LeftOut('the stack has no canary (canary: false)');
  const { FunctionError, Payload } = await lambda.invoke({
    FunctionName: canary.physicalId,
    Payload: JSON.stringify(fullRun),
  });
  const answer = JSON.parse(Buffer.from(Payload ?? []).toString() || '{}');
  if (FunctionError !== undefined) throw new StepFailure(`it failed: ${answer.errorMessage}`);
  return answer as CanaryReport;
}

/** One that does not ring already, since only a change of state sends a message; and can send one. */
async function quietAlarm(cloudwatch: CloudWatch, names: readonly string[]): Promise<MetricAlarm> {
  // Without names CloudWatch answers with all alarms of the account, which are others' too.
  if (names.length === 0) throw new StepFailure('the stack has no alarms', 'deploy it again');
  // Of a request 100 names (CloudWatch, DescribeAlarms).
  const { MetricAlarms = [] } = await cloudwatch.describeAlarms({
    AlarmNames: names.slice(0, 100),
  });
  const quiet = MetricAlarms.find(
    ({ StateValue, ActionsEnabled, AlarmActions = [] }) =>
      StateValue !== 'ALARM' && ActionsEnabled === true && AlarmActions.length > 0,
  );
  if (quiet !== undefined) return quiet;
  throw new StepFailure(
    `of ${MetricAlarms.length} alarms none is quiet and has an action`,
    'see the alarms that ring (docs/operations.md), and that actions are enabled',
  );
}

async function ringOnce(
  cloudwatch: CloudWatch,
  { AlarmName = '', AlarmActions = [], StateValue }: MetricAlarm,
  patience: Patience,
): Promise<string> {
  const StartDate = new Date();
  const set = (state: 'ALARM' | 'OK' | 'INSUFFICIENT_DATA', StateReason: string) =>
    cloudwatch.setAlarmState({ AlarmName, StateValue: state, StateReason });
  await set('ALARM', reason);
  try {
    const { summary } = await until(async () => {
      const { AlarmHistoryItems = [] } = await cloudwatch.describeAlarmHistory({
        AlarmName,
        HistoryItemType: 'Action',
        StartDate,
      });
      const action = AlarmHistoryItems.find(({ HistorySummary = '' }) =>
        AlarmActions.some((arn) => HistorySummary.includes(arn)),
      );
      if (action === undefined) return `the history of ${AlarmName} has no action`;
      return { summary: action.HistorySummary ?? '' };
    }, patience);
    if (!summary.startsWith('Successfully')) throw new StepFailure(`${AlarmName}: ${summary}`);
    return `${AlarmName}: ${summary}`;
  } finally {
    await set(StateValue === 'OK' ? 'OK' : 'INSUFFICIENT_DATA', 'npm run smoke sets it back.');
  }
}

/** A topic without anybody is no failure of the stack, but should not stay so. */
async function subscribers(sns: SNS, TopicArn: string): Promise<string> {
  const { Attributes = {} } = await sns.getTopicAttributes({ TopicArn });
  const confirmed = Number(Attributes.SubscriptionsConfirmed ?? 0);
  const pending = Number(Attributes.SubscriptionsPending ?? 0);
  const waiting = pending > 0 ? `, ${pending} must confirm still` : '';
  return confirmed > 0
    ? `${confirmed} at the topic get it${waiting}`
    : `NOBODY at the topic gets it${waiting}: docs/operations.md, "Alarms"`;
}

async function delivered(
  cloudtrail: CloudTrail,
  Name: string,
  since: Date,
  patience: Patience,
): Promise<string> {
  const { at } = await until(async () => {
    const status = await cloudtrail.getTrailStatus({ Name });
    if (status.IsLogging !== true) throw new StepFailure('the trail does not log');
    const { LatestDeliveryTime, LatestCloudWatchLogsDeliveryTime } = status;
    const places = [
      ['bucket', LatestDeliveryTime, status.LatestDeliveryError],
      ['log group', LatestCloudWatchLogsDeliveryTime, status.LatestCloudWatchLogsDeliveryError],
    ] as const;
    for (const [place, last, error] of places) {
      if (error) throw new StepFailure(`delivery to the ${place} fails: ${error}`);
      if (last === undefined || last < since) {
        return `nothing of this run was delivered to the ${place} (last: ${last?.toISOString() ?? 'never'})`;
      }
    }
    return { at: LatestDeliveryTime as Date };
  }, patience);
  return `delivered to bucket and log group, last at ${at.toISOString()}`;
}
