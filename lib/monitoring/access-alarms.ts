/** Alarms about callers who are not let in, from the access log and the authorizer's log. */
import { Duration } from 'aws-cdk-lib';
import type { Stage } from 'aws-cdk-lib/aws-apigateway';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { addAlarm } from './alarm.ts';
import { addLogMetricFilter, all, any, is, isNot } from './log-metric-filter.ts';
import { share } from './metrics.ts';

export interface AccessAlarmsProps {
  readonly topic: ITopic;
  readonly stage: Stage;
  readonly logs: {
    readonly access: ILogGroup;
    readonly authorizer: ILogGroup;
    readonly sessionBroker: ILogGroup;
  };
}

const period = Duration.minutes(5);

/** With metrics of the requests that were refused before a function behind the API saw them. */
export class AccessAlarms extends Construct {
  readonly unauthorized: Metric;
  readonly forbidden: Metric;
  readonly throttled: Metric;

  constructor(scope: Construct, id: string, { topic, stage, logs }: AccessAlarmsProps) {
    super(scope, id);
    // API Gateway's own metric is for all of 4xx. In its log each value is text.
    const answered = (filterId: string, status: string, metricName: string) =>
      addLogMetricFilter(this, filterId, {
        logGroup: logs.access,
        filterPattern: is('$.status', status),
        metricName,
        period,
      });
    this.unauthorized = answered('Unauthorized', '401', 'UnauthorizedRequests');
    this.forbidden = answered('Forbidden', '403', 'ForbiddenRequests');
    this.throttled = answered('Throttled', '429', 'ThrottledRequests');

    addAlarm(this, 'UnauthorizedRate', topic, {
      name: 'unauthorized-requests',
      description:
        'More than a tenth of the requests, and 50 at least, had no valid token, for ten minutes.',
      // A client whose token has just expired gets a 401 and a new token.
      metric: share(
        this.unauthorized,
        stage.metricCount({ period }),
        50,
        '401, percent of requests',
        period,
      ),
      threshold: 10,
      evaluationPeriods: 2,
      okAction: true,
    });
    addAlarm(this, 'ForbiddenRate', topic, {
      name: 'forbidden-requests',
      description:
        "Twenty requests in five minutes were for another tenant's path, or beyond the token's scopes.",
      // A client knows its tenant and its scopes, so this is never ordinary, whatever the traffic.
      metric: this.forbidden,
      threshold: 20,
      okAction: true,
    });
    this.authorizerFailures(topic, logs);
    this.refusedSessions(topic, logs);
  }

  /**
   * API Gateway lets no request through whose token does not count, so what the broker refuses came by another way. But
   * for tokens that have just expired: an answer of the authorizer is cached for a minute.
   */
  private refusedSessions(topic: ITopic, logs: AccessAlarmsProps['logs']): void {
    const metric = addLogMetricFilter(this, 'SessionRefused', {
      metricName: 'RefusedSessions',
      period,
      logGroup: logs.sessionBroker,
      filterPattern: all(
        is('$.message', 'session'),
        any(is('$.outcome', 'unauthorized'), is('$.outcome', 'forbidden')),
        isNot('$.reason', 'expired'),
      ),
    });
    addAlarm(this, 'RefusedSessions', topic, {
      name: 'session-refused',
      description:
        'A function asked for a session with a token that does not open it: an event that did not come by API Gateway, or code that tries tokens.',
      metric,
    });
  }

  /** Requests that were refused because nobody could check their tokens. */
  private authorizerFailures(topic: ITopic, logs: AccessAlarmsProps['logs']): void {
    const counted = { metricName: 'AuthorizerFailures', period };
    addLogMetricFilter(this, 'IssuerUnavailable', {
      ...counted,
      logGroup: logs.authorizer,
      filterPattern: all(is('$.message', 'authorization'), is('$.reason', 'issuer-unavailable')),
    });
    const metric = addLogMetricFilter(this, 'AuthorizerFailed', {
      ...counted,
      logGroup: logs.access,
      filterPattern: any(
        is('$.error', 'AUTHORIZER_FAILURE'),
        is('$.error', 'AUTHORIZER_CONFIGURATION_ERROR'),
      ),
    });
    addAlarm(this, 'AuthorizerFailure', topic, {
      name: 'authorizer-failing',
      description:
        'Tokens cannot be checked: the issuer does not give its keys, or the authorizer fails.',
      // A single one is a lost connection: five seconds later the keys are asked for again.
      metric,
      threshold: 5,
      okAction: true,
    });
  }
}
