/** Alarms about callers who are not let in, by the access log and the authorizer's. */
import { Duration } from 'aws-cdk-lib';
import type { Stage } from 'aws-cdk-lib/aws-apigateway';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { addAlarm } from './alarm.ts';
import { all, any, is, matchingLines } from './log-metric-filter.ts';
import { share } from './metrics.ts';

export interface AccessAlarmsProps {
  readonly topic: Topic;
  readonly stage: Stage;
  readonly logs: { readonly access: ILogGroup; readonly authorizer: ILogGroup };
}

const period = Duration.minutes(5);

/** Metrics of requests that no function saw. */
export class AccessAlarms extends Construct {
  readonly unauthorized: Metric;
  readonly forbidden: Metric;
  readonly throttled: Metric;

  constructor(scope: Construct, id: string, { topic, stage, logs }: AccessAlarmsProps) {
    super(scope, id);
    // API Gateway has one metric for all of 4xx; in its log each value is text.
    const answered = (filterId: string, status: string, metricName: string) =>
      matchingLines(this, filterId, {
        logGroup: logs.access,
        pattern: is('$.status', status),
        metricName,
        period,
      });
    this.unauthorized = answered('Unauthorized', '401', 'UnauthorizedRequests');
    this.forbidden = answered('Forbidden', '403', 'ForbiddenRequests');
    this.throttled = answered('Throttled', '429', 'ThrottledRequests');

    addAlarm(this, 'UnauthorizedRate', topic, {
      name: 'unauthorized-requests',
      what: 'More than a tenth of the requests, and 50 at least, had no valid token, for ten minutes.',
      // A token that has just expired is a 401 that its client mends by itself.
      metric: share(
        this.unauthorized,
        stage.metricCount({ period }),
        50,
        '401, percent of requests',
        period,
      ),
      atLeast: 10,
      periods: 2,
      tellsEnd: true,
    });
    addAlarm(this, 'ForbiddenRate', topic, {
      name: 'forbidden-requests',
      what: "Twenty requests in five minutes were for another tenant's path, or beyond the token's scopes.",
      // Clients know whose they are: no share of the traffic makes it ordinary.
      metric: this.forbidden,
      atLeast: 20,
      tellsEnd: true,
    });
    this.authorizerFailures(topic, logs);
  }

  /** Requests that might have been good, and got no judgement. */
  private authorizerFailures(topic: Topic, logs: AccessAlarmsProps['logs']): void {
    const counted = { metricName: 'AuthorizerFailures', period };
    matchingLines(this, 'IssuerUnavailable', {
      ...counted,
      logGroup: logs.authorizer,
      pattern: all(is('$.message', 'authorization'), is('$.reason', 'issuer-unavailable')),
    });
    const metric = matchingLines(this, 'AuthorizerFailed', {
      ...counted,
      logGroup: logs.access,
      pattern: any(
        is('$.error', 'AUTHORIZER_FAILURE'),
        is('$.error', 'AUTHORIZER_CONFIGURATION_ERROR'),
      ),
    });
    addAlarm(this, 'AuthorizerFailure', topic, {
      name: 'authorizer-failing',
      what: 'Tokens cannot be checked: the issuer does not give its keys, or the authorizer fails.',
      // One is a lost connection: the keys are asked for again five seconds later.
      metric,
      atLeast: 5,
      tellsEnd: true,
    });
  }
}
