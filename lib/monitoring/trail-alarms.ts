/**
 * Alarms about what the audit and the isolation rest on: the trail, its bucket, the logs that alarms look at, and
 * the roles. Invariant: every change counts, not only those of a list, and so does a refused attempt, where
 * CloudTrail's record of it names the resource.
 */
import { Arn, ArnFormat, Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { addAlarm, onSilence } from './alarm.ts';
import {
  addLogMetricFilter,
  all,
  any,
  is,
  isFalse,
  isMissing,
  isNot,
  isOneOf,
} from './log-metric-filter.ts';

export interface OwnTrail {
  readonly trailArn: string;
  readonly bucketName: string;
}

export interface TrailAlarmsProps {
  readonly topic: Topic;
  /** to which the trail delivers */
  readonly logs: ILogGroup;
  /** the stack's own trail, if it is not an organization's */
  readonly own: OwnTrail | undefined;
  /** other logs that the audit or an alarm reads */
  readonly watchedLogs: readonly ILogGroup[];
  readonly reconcileEveryMinutes: number;
  /** ARNs of the roles that keep tenants apart */
  readonly roleArns: readonly string[];
}

const period = Duration.minutes(5);
const nameOf = (arn: string, arnFormat: ArnFormat) =>
  Arn.split(arn, arnFormat).resourceName as string;

/** Every event that CloudTrail does not mark as a read. */
const changes = (service: string) =>
  all(
    is('$.eventSource', `${service}.amazonaws.com`),
    any(isFalse('$.readOnly'), isMissing('$.readOnly')),
  );

/** Without an organization's log group, which another team looks after. */
const watchedNames = ({ own, logs, watchedLogs }: TrailAlarmsProps) =>
  [...watchedLogs, ...(own === undefined ? [] : [logs])].map(({ logGroupName }) => logGroupName);

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
          ),
        ),
      });
      addLogMetricFilter(this, 'BucketChanges', {
        ...counted,
        filterPattern: all(changes('s3'), is('$.requestParameters.bucketName', bucketName)),
      });
    }
    const [metric] = namesOfLogGroups.map(([filterId, member]) =>
      addLogMetricFilter(this, filterId, {
        ...counted,
        filterPattern: logChanges(member, watchedNames(props)),
      }),
    );
    addAlarm(this, 'Changed', props.topic, {
      name: 'trail-changed',
      description:
        'Somebody has stopped or changed the trail, its bucket, or a log group that the audit rests on.',
      metric: metric as Metric,
    });
  }

  private changedRoles({ topic, logs, roleArns }: TrailAlarmsProps): void {
    const names = roleArns.map((arn) => nameOf(arn, ArnFormat.SLASH_RESOURCE_NAME));
    addAlarm(this, 'ChangedRole', topic, {
      name: 'role-changed',
      description: 'Somebody has changed a role that keeps tenants apart.',
      metric: addLogMetricFilter(this, 'RoleChanges', {
        logGroup: logs,
        filterPattern: all(changes('iam'), isOneOf('$.requestParameters.roleName', names)),
        metricName: 'RoleChanges',
        period,
      }),
    });
  }
}
