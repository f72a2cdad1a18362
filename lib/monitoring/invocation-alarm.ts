/**
 * The alarm about functions that somebody invokes who has no business with them: those behind the API, and the session
 * broker. Invariant: API Gateway counts as the caller only where it calls by itself. With credentials of a role, which
 * any API of the account may be given, the event has the role's identity and API Gateway's name (CloudTrail user guide,
 * "userIdentity element").
 */
import { Duration } from 'aws-cdk-lib';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { addAlarm } from './alarm.ts';
import { addLogMetricFilter, all, any, is, isNoneOf, isOneOf } from './log-metric-filter.ts';

export interface InvocationAlarmProps {
  readonly topic: ITopic;
  /** to which the trail delivers, with data events of these functions */
  readonly logs: ILogGroup;
  /** names of functions that API Gateway invokes */
  readonly ofApi: readonly string[];
  readonly sessionBroker: {
    readonly functionName: string;
    /** ARNs of the roles that may ask it */
    readonly clientRoleArns: readonly string[];
  };
}

const invoked = (functionNames: readonly string[]) =>
  all(
    is('$.eventSource', 'lambda.amazonaws.com'),
    is('$.eventName', 'Invoke*'),
    isOneOf(
      '$.resources[0].ARN',
      functionNames.map((name) => `*:${name}*`),
    ),
  );

const notByApi = any(
  isNoneOf('$.userIdentity.type', ['AWSService']),
  isNoneOf('$.userIdentity.invokedBy', ['apigateway.amazonaws.com']),
);

export class InvocationAlarm extends Construct {
  constructor(scope: Construct, id: string, props: InvocationAlarmProps) {
    super(scope, id);
    const { topic, logs, ofApi, sessionBroker } = props;
    const { functionName, clientRoleArns } = sessionBroker;
    const counted = {
      logGroup: logs,
      metricName: 'StrangersInvocations',
      period: Duration.minutes(5),
    };
    addLogMetricFilter(this, 'BrokerInvocations', {
      ...counted,
      filterPattern: all(
        invoked([functionName]),
        isNoneOf('$.userIdentity.sessionContext.sessionIssuer.arn', clientRoleArns),
      ),
    });
    addAlarm(this, 'Strangers', topic, {
      name: 'function-invoked',
      description:
        'Somebody other than API Gateway has invoked a function behind the API, or a stranger the session broker.',
      metric: addLogMetricFilter(this, 'Invocations', {
        ...counted,
        filterPattern: all(invoked(ofApi), notByApi),
      }),
    });
  }
}
