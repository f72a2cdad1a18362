/**
 * Alarms about what the audit and the isolation rest on: the trail, its bucket, the logs that alarms look at, and
 * the roles. Invariant: every change counts, not a list of those that somebody thought of, and an attempt that
 * was refused counts as well, where the record of it says what it was about.
 */
import { Arn, ArnFormat, Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { addAlarm } from './alarm.ts';
import {
  all,
  any,
  is,
  isFalse,
  isMissing,
  isNot,
  isOneOf,
  matchingLines,
} from './log-metric-filter.ts';
import { productMetric } from './metrics.ts';

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
  /** whose lines are audited, or looked at by alarms, besides */
  readonly watchedLogs: readonly ILogGroup[];
  readonly reconcileEveryMinutes: number;
  /** ARNs of the roles that keep tenants apart */
  readonly roleArns: readonly string[];
}

const period = Duration.minutes(5);
const nameOf = (arn: string, arnFormat: ArnFormat) =>
  Arn.split(arn, arnFormat).resourceName as string;

/** Whatever CloudTrail does not know to be a read. */
const changes = (service: string) =>
  all(
    is('$.eventSource', `${service}.amazonaws.com`),
    any(isFalse('$.readOnly'), isMissing('$.readOnly')),
  );

/** An organization's log group has another team to look after it. */
const watchedNames = ({ own, logs, watchedLogs }: TrailAlarmsProps) =>
  [...watchedLogs, ...(own === undefined ? [] : [logs])].map(({ logGroupName }) => logGroupName);

/** As the operations of CloudWatch Logs call it: by its name, or by name or ARN. */
const namesOfLogGroups = [
  ['LogChanges', 'logGroupName'],
  ['LogPolicyChanges', 'logGroupIdentifier'],
  ['LogKeyChanges', 'resourceIdentifier'],
] as const;

const logChanges = (member: (typeof namesOfLogGroups)[number][1], names: readonly string[]) =>
  member === 'logGroupName'
    ? all(
        changes('logs'),
        // Each environment of a function begins with a stream of its own.
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

  /** The reconciler alone calls KMS in each of its runs. */
  private silence({ topic, logs, reconcileEveryMinutes }: TrailAlarmsProps): void {
    const hours = Math.ceil((reconcileEveryMinutes + 15) / 60);
    addAlarm(this, 'Silence', topic, {
      name: 'trail-silent',
      what: `CloudTrail has written nothing to its log group for ${hours === 1 ? 'an hour' : `${hours} hours`}.`,
      metric: new Metric({
        namespace: 'AWS/Logs',
        metricName: 'IncomingLogEvents',
        dimensionsMap: { LogGroupName: logs.logGroupName },
        statistic: Stats.SUM,
        period: Duration.hours(1),
      }),
      fewerThan: 1,
      periods: hours,
      tellsEnd: true,
    });
  }

  private changedTrail(props: TrailAlarmsProps): void {
    const counted = { logGroup: props.logs, metricName: 'TrailChanges', period };
    if (props.own !== undefined) {
      const { trailArn, bucketName } = props.own;
      const named = [trailArn, nameOf(trailArn, ArnFormat.SLASH_RESOURCE_NAME)];
      matchingLines(this, 'TrailChanges', {
        ...counted,
        pattern: all(
          changes('cloudtrail'),
          any(
            isOneOf('$.requestParameters.name', named),
            isOneOf('$.requestParameters.trailName', named),
          ),
        ),
      });
      matchingLines(this, 'BucketChanges', {
        ...counted,
        pattern: all(changes('s3'), is('$.requestParameters.bucketName', bucketName)),
      });
    }
    for (const [filterId, member] of namesOfLogGroups) {
      matchingLines(this, filterId, {
        ...counted,
        pattern: logChanges(member, watchedNames(props)),
      });
    }
    addAlarm(this, 'Changed', props.topic, {
      name: 'trail-changed',
      what: 'Somebody has stopped or changed the trail, its bucket, or a log group that the audit rests on.',
      metric: productMetric('TrailChanges', period),
    });
  }

  private changedRoles({ topic, logs, roleArns }: TrailAlarmsProps): void {
    const names = roleArns.map((arn) => nameOf(arn, ArnFormat.SLASH_RESOURCE_NAME));
    addAlarm(this, 'ChangedRole', topic, {
      name: 'role-changed',
      what: 'Somebody has changed a role that keeps tenants apart.',
      metric: matchingLines(this, 'RoleChanges', {
        logGroup: logs,
        pattern: all(changes('iam'), isOneOf('$.requestParameters.roleName', names)),
        metricName: 'RoleChanges',
        period,
      }),
    });
  }
}
