/** Alarms about requests that were let in: failures, throttling, latency. */
import { Duration } from 'aws-cdk-lib';
import type { Stage } from 'aws-cdk-lib/aws-apigateway';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { addAlarm } from './alarm.ts';
import { productMetric, share, sum } from './metrics.ts';

export interface RequestAlarmsProps {
  readonly topic: ITopic;
  readonly stage: Stage;
  /** those behind the API and the session broker, by names that can be ids of metrics */
  readonly functions: Readonly<Record<string, IFunction>>;
  /** apart from the others: it says 401 by throwing, so its errors mean nothing */
  readonly authorizer: IFunction;
  /** requests that API Gateway has throttled */
  readonly throttledRequests: IMetric;
}

const period = Duration.minutes(5);

export class RequestAlarms extends Construct {
  constructor(scope: Construct, id: string, props: RequestAlarmsProps) {
    super(scope, id);
    this.failures(props);
    this.throttling(props);
    this.latency(props);
  }

  private failures({ topic, stage, functions }: RequestAlarmsProps): void {
    addAlarm(this, 'Failures', topic, {
      name: 'requests-failing',
      description:
        'More than a hundredth of the requests, and five at least, were answered with 5xx.',
      metric: share(
        stage.metricServerError({ period }),
        stage.metricCount({ period }),
        5,
        '5xx, percent of requests',
        period,
      ),
      okAction: true,
    });
    const errors = Object.entries(functions).map(
      ([name, one]) => [name, one.metricErrors({ period })] as const,
    );
    addAlarm(this, 'FunctionErrors', topic, {
      name: 'function-failing',
      description:
        'A function behind the API, or the session broker, has crashed or run out of time: its handler lets no error out.',
      metric: sum(Object.fromEntries(errors), 'errors of functions', period),
    });
  }

  private throttling({ topic, functions, authorizer, throttledRequests }: RequestAlarmsProps) {
    const throttled = Object.entries({ ...functions, authorizer }).map(
      ([name, one]) => [name, one.metricThrottles({ period })] as const,
    );
    addAlarm(this, 'Throttling', topic, {
      name: 'throttling',
      description:
        'KMS, DynamoDB, STS, Lambda or API Gateway has throttled 50 calls in five minutes, twice.',
      metric: sum(
        {
          aws: productMetric(this, 'Throttles', period),
          api: throttledRequests,
          ...Object.fromEntries(throttled),
        },
        'throttled calls',
        period,
      ),
      threshold: 50,
      // The SDK tries again, so a short burst costs its callers milliseconds.
      evaluationPeriods: 3,
      datapointsToAlarm: 2,
      okAction: true,
    });
  }

  private latency({ topic, stage }: RequestAlarmsProps): void {
    addAlarm(this, 'Latency', topic, {
      name: 'requests-slow',
      description: 'One request in a hundred took more than 2 seconds, for a quarter of an hour.',
      metric: stage.metricLatency({ statistic: 'p99', period }),
      threshold: 2000,
      // A cold start takes less; three periods, since a deployment makes all of them cold at once.
      evaluationPeriods: 3,
      okAction: true,
      evaluateLowSampleCountPercentile: 'ignore',
    });
  }
}
