/**
 * Tenants whose own key stores refuse their keys, by what the data plane answered. Nothing of ours that runs by itself may look at
 * a key in a tenant's own account, so a tenant for whom nobody asks for anything is not seen here.
 */
import { Duration } from 'aws-cdk-lib';
import { LogQueryVisualizationType, LogQueryWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { ProblemCode } from '../../contract/problem.ts';
import { addAlarm } from './alarm.ts';
import { addLogMetricFilter, all, is } from './log-metric-filter.ts';

export interface RevokedKeyAlarmProps {
  readonly topic: ITopic;
  /** of the data plane */
  readonly logs: ILogGroup;
}

const revoked = 'key-revoked-by-tenant' satisfies ProblemCode;

export class RevokedKeyAlarm extends Construct {
  constructor(scope: Construct, id: string, { topic, logs }: RevokedKeyAlarmProps) {
    super(scope, id);
    addAlarm(this, 'Alarm', topic, {
      name: 'key-revoked',
      description:
        "A request was answered 409 key-revoked-by-tenant: a tenant's own key store refuses the key.",
      metric: addLogMetricFilter(this, 'Requests', {
        logGroup: logs,
        filterPattern: all(is('$.message', 'request'), is('$.code', revoked)),
        metricName: 'RevokedKeyRequests',
        period: Duration.minutes(5),
      }),
      okAction: true,
    });
  }
}

/** Which tenants they are, within what the dashboard shows. */
export const revokedKeys = ({ logGroupName }: ILogGroup) =>
  new LogQueryWidget({
    title: 'Keys that tenants have revoked',
    logGroupNames: [logGroupName],
    view: LogQueryVisualizationType.TABLE,
    queryLines: [
      `filter message = "request" and code = "${revoked}"`,
      'stats count(*) as requests, earliest(timestamp) as first, latest(timestamp) as last by tenantId',
      'sort last desc',
    ],
    width: 24,
    height: 6,
  });
