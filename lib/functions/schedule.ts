/** Runs a function every so many minutes. */
import { Stack } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { CfnPermission, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';

export interface ScheduleProps {
  /** what runs, such as `Reconciler` */
  readonly name: string;
  readonly function: LambdaFunction;
  readonly everyMinutes: number;
}

export class Schedule extends Construct {
  constructor(scope: Construct, id: string, props: ScheduleProps) {
    super(scope, id);
    const { name, everyMinutes, function: scheduled } = props;
    const rule = new CfnRule(this, 'Rule', {
      description: `${Stack.of(this).stackName}: the ${name.toLowerCase()}'s runs`,
      scheduleExpression: `rate(${everyMinutes} ${everyMinutes === 1 ? 'minute' : 'minutes'})`,
      state: 'ENABLED',
      targets: [{ id: name, arn: scheduled.functionArn }],
    });
    new CfnPermission(this, 'Permission', {
      action: 'lambda:InvokeFunction',
      functionName: scheduled.functionArn,
      principal: 'events.amazonaws.com',
      sourceArn: rule.attrArn,
    });
  }
}
