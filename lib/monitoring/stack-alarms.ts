/**
 * Alarms about the stack itself: its functions, its API, its schedules, and the alarms. Invariant: all of them are named
 * that are in the stack. A deployment sets off the alarms of what it changes: an alarm that went silent for
 * CloudFormation would be silent for everybody who may use it.
 */
import { Duration } from 'aws-cdk-lib';
import type { ILogGroup, JsonPattern } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct, type IConstruct } from 'constructs';
import { ownNames } from '../config/own-names.ts';
import { addAlarm } from './alarm.ts';
import { addLogMetricFilter, all, any, is, isNot, isOneOf } from './log-metric-filter.ts';
import { addChangeFilters, changes, namesOf } from './recorded-changes.ts';

export interface StackAlarmsProps {
  readonly topic: ITopic;
  /** whose resources these alarms are about */
  readonly product: IConstruct;
  /** to which the trail delivers */
  readonly logs: ILogGroup;
}

const period = Duration.minutes(5);
const parameter = (name: string) => `$.requestParameters.${name}`;

export class StackAlarms extends Construct {
  constructor(scope: Construct, id: string, props: StackAlarmsProps) {
    super(scope, id);
    this.functions(props);
    this.api(props);
    this.schedules(props);
    this.alarms(props);
  }

  /** A function is named by its name or its ARN, with a version or without. */
  private functions({ topic, product, logs }: StackAlarmsProps): void {
    const counted = { logGroup: logs, metricName: 'FunctionChanges', period };
    // Those who pass a role to a function of their own have what the role may do.
    addChangeFilters(this, 'RoleUses', {
      ...counted,
      names: namesOf(product, 'AWS::IAM::Role').map((name) => `*/${name}`),
      patternOf: (arns) => all(changes('lambda'), isOneOf(parameter('role'), arns)),
    });
    addAlarm(this, 'ChangedFunction', topic, {
      name: 'function-changed',
      description:
        'Somebody has changed a function of the stack, or given one of its roles to a function; or a deployment has.',
      metric: addChangeFilters(this, 'FunctionChanges', {
        ...counted,
        names: namesOf(product, 'AWS::Lambda::Function').map((name) => `*${name}*`),
        patternOf: (names) =>
          all(
            changes('lambda'),
            // CloudTrail counts it as a write.
            isNot('$.eventName', 'Invoke*'),
            isOneOf(parameter('functionName'), names),
          ),
      }),
    });
  }

  private api({ topic, product, logs }: StackAlarmsProps): void {
    this.changed('Api', topic, {
      name: 'api-changed',
      description:
        'Somebody has changed the API: its routes, authorizer or stage; or a deployment has.',
      logs,
      pattern: all(
        changes('apigateway'),
        isOneOf(parameter('restApiId'), namesOf(product, 'AWS::ApiGateway::RestApi')),
      ),
    });
  }

  private schedules({ topic, product, logs }: StackAlarmsProps): void {
    addAlarm(this, 'ChangedSchedule', topic, {
      name: 'schedule-changed',
      description:
        'Somebody has changed or disabled a rule by which a function of the stack runs, or a deployment has.',
      metric: addChangeFilters(this, 'ScheduleChanges', {
        logGroup: logs,
        metricName: 'ScheduleChanges',
        period,
        names: namesOf(product, 'AWS::Events::Rule'),
        // Each name twice: a rule is `name` where it is changed, and `rule` where its targets are.
        namesAtOnce: 3,
        patternOf: (names) =>
          all(
            changes('events'),
            any(isOneOf(parameter('name'), names), isOneOf(parameter('rule'), names)),
          ),
      }),
    });
  }

  /** Deleted or muted alarms are named in a list, in which a pattern cannot search: those of others count as well. */
  private alarms({ topic, logs }: StackAlarmsProps): void {
    const metricName = 'AlarmChanges';
    addLogMetricFilter(this, 'TopicChanges', {
      logGroup: logs,
      metricName,
      period,
      filterPattern: all(
        changes('sns'),
        isNot('$.eventName', 'Publish*'),
        any(
          is(parameter('topicArn'), topic.topicArn),
          is(parameter('subscriptionArn'), `${topic.topicArn}:*`),
        ),
      ),
    });
    this.changed('Alarm', topic, {
      name: 'alarm-changed',
      description:
        'Somebody has changed, deleted or muted alarms, or their topic; or a deployment has.',
      logs,
      pattern: all(
        changes('monitoring'),
        any(
          is(parameter('alarmName'), `${ownNames(this).name}-*`),
          isOneOf('$.eventName', ['DeleteAlarms', 'DisableAlarmActions', '*AlarmMuteRule']),
        ),
      ),
    });
  }

  private changed(
    what: string,
    topic: ITopic,
    options: {
      readonly name: string;
      readonly description: string;
      readonly logs: ILogGroup;
      readonly pattern: JsonPattern;
    },
  ): void {
    const { name, description, logs, pattern } = options;
    addAlarm(this, `Changed${what}`, topic, {
      name,
      description,
      metric: addLogMetricFilter(this, `${what}Changes`, {
        logGroup: logs,
        metricName: `${what}Changes`,
        period,
        filterPattern: pattern,
      }),
    });
  }
}
