/** When the reconciler runs. */
import { Stack } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { CfnPermission, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';

export interface ReconcilerScheduleProps {
  readonly reconciler: LambdaFunction;
  readonly everyMinutes: number;
}

export class ReconcilerSchedule extends Construct {
  constructor(scope: Construct, id: string, { reconciler, everyMinutes }: ReconcilerScheduleProps) {
    super(scope, id);
    const rule = new CfnRule(this, 'Rule', {
      description: `${Stack.of(this).stackName}: the reconciler's runs`,
      scheduleExpression: `rate(${everyMinutes} ${everyMinutes === 1 ? 'minute' : 'minutes'})`,
      state: 'ENABLED',
      targets: [{ id: 'Reconciler', arn: reconciler.functionArn }],
    });
    new CfnPermission(this, 'Permission', {
      action: 'lambda:InvokeFunction',
      functionName: reconciler.functionArn,
      principal: 'events.amazonaws.com',
      sourceArn: rule.attrArn,
    });
  }
}
