/**
 * Alarms about what the audit and the isolation rest on: the trail, its bucket, the stack's logs, with their
 * subscriptions and metric filters, and its roles.
 */
import { Arn, ArnFormat, Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct, type IConstruct } from 'constructs';
import { addAlarm, onSilence } from './alarm.ts';
import { addLogMetricFilter, all, any, is, isNot, isOneOf } from './log-metric-filter.ts';
import { addChangeFilters, changes, namesOf } from './recorded-changes.ts';

export interface OwnTrail {
  readonly trailArn: string;
  readonly bucketName: string;
}

export interface TrailAlarmsProps {
  readonly topic: ITopic;
  /** whose resources these alarms are about */
  readonly product: IConstruct;
  /** to which the trail delivers */
  readonly logs: ILogGroup;
  /** the stack's own trail, if it is not an organization's */
  readonly own: OwnTrail | undefined;
  readonly reconcileEveryMinutes: number;
}

const period = Duration.minutes(5);
const nameOf = (arn: string, arnFormat: ArnFormat) =>
  Arn.split(arn, arnFormat).resourceName as string;

/** CloudWatch Logs has three parameters for a log group: a name, and two that take a name or an ARN. */
const namesOfLogGroups = [
  ['LogChanges', 'logGroupName'],
  ['LogPolicyChanges', 'logGroupIdentifier'],
  ['LogKeyChanges', 'resourceIdentifier'],
] as const;

const logChanges = (member: (typeof namesOfLogGroups)[number][1], names: readonly string[]) =>
  member === 'logGroupName'
    ? all(
        changes('logs'),
        // Each new execution environment of a function makes a stream of its own.
        isNot('$.eventName', 'CreateLogStream'),
        isOneOf('$.requestParameters.logGroupName', names),
      )
    : all(
        changes('logs'),
        isOneOf(
          `$.requestParameters.${member}`,
          names.map((name) => `*${name}`),
        ),
      );

export class TrailAlarms extends Construct {
  constructor(scope: Construct, id: string, props: TrailAlarmsProps) {
    super(scope, id);
    this.silence(props);
    this.changedTrail(props);
    this.changedRoles(props);
  }

  /** There is always something to record: the reconciler calls KMS in each run. */
  private silence({ topic, logs, reconcileEveryMinutes }: TrailAlarmsProps): void {
    const hours = Math.ceil((reconcileEveryMinutes + 15) / 60);
    addAlarm(this, 'Silence', topic, {
      name: 'trail-silent',
      description: `CloudTrail has written nothing to its log group for ${hours === 1 ? 'an hour' : `${hours} hours`}.`,
      metric: new Metric({
        namespace: 'AWS/Logs',
        metricName: 'IncomingLogEvents',
        dimensionsMap: { LogGroupName: logs.logGroupName },
        statistic: Stats.SUM,
        period: Duration.hours(1),
      }),
      ...onSilence,
      evaluationPeriods: hours,
      okAction: true,
    });
  }

  private changedTrail(props: TrailAlarmsProps): void {
    const counted = { logGroup: props.logs, metricName: 'TrailChanges', period };
    if (props.own !== undefined) {
      const { trailArn, bucketName } = props.own;
      const named = [trailArn, nameOf(trailArn, ArnFormat.SLASH_RESOURCE_NAME)];
      addLogMetricFilter(this, 'TrailChanges', {
        ...counted,
        filterPattern: all(
          changes('cloudtrail'),
          any(
            isOneOf('$.requestParameters.name', named),
            isOneOf('$.requestParameters.trailName', named),
            // Another trail that would write among our events.
            is('$.requestParameters.cloudWatchLogsLogGroupArn', `*:${props.logs.logGroupName}:*`),
          ),
        ),
      });
      addLogMetricFilter(this, 'BucketChanges', {
        ...counted,
        filterPattern: all(changes('s3'), is('$.requestParameters.bucketName', bucketName)),
      });
    }
    // Of the stack's own: another team looks after an organization's log group.
    const names = namesOf(props.product, 'AWS::Logs::LogGroup');
    const [metric] = namesOfLogGroups.map(([filterId, member]) =>
      addChangeFilters(this, filterId, {
        ...counted,
        names,
        patternOf: (some) => logChanges(member, some),
      }),
    );
    // These name no log group: they hold for all of the account.
    addLogMetricFilter(this, 'LogAccountChanges', {
      ...counted,
      filterPattern: all(changes('logs'), is('$.eventName', '*AccountPolicy')),
    });
    addAlarm(this, 'Changed', props.topic, {
      name: 'trail-changed',
      description:
        'Somebody has stopped or changed the trail, its bucket, or a log group of the stack.',
      metric: metric as Metric,
    });
  }

  private changedRoles({ topic, product, logs }: TrailAlarmsProps): void {
    addAlarm(this, 'ChangedRole', topic, {
      name: 'role-changed',
      description: 'Somebody has changed a role of the stack, or a deployment has.',
      metric: addChangeFilters(this, 'RoleChanges', {
        logGroup: logs,
        metricName: 'RoleChanges',
        period,
        names: namesOf(product, 'AWS::IAM::Role'),
        patternOf: (names) => all(changes('iam'), isOneOf('$.requestParameters.roleName', names)),
      }),
    });
  }
}
