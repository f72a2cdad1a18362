/**
 * A function in the operator's VPC. Invariant: what Lambda needs for that it may do with the function's role, and the
 * function's own code may not.
 */
import { Effect, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { CfnFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { acknowledge } from '../nag/acknowledge.ts';

/** Ids. */
export interface Network {
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
}

/** Those of AWS's managed policy AWSLambdaVPCAccessExecutionRole, without its right to write every log. */
const actions = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

export function runIn(network: Network, handler: LambdaFunction, role: Role): void {
  const resource = handler.node.defaultChild as CfnFunction;
  resource.vpcConfig = {
    subnetIds: [...network.subnetIds],
    securityGroupIds: [...network.securityGroupIds],
  };
  // Lambda asks for all of these on `*` before it takes the setting (Lambda, "Giving functions access to a VPC").
  role.addToPrincipalPolicy(
    new PolicyStatement({ sid: 'LambdaConnects', actions, resources: ['*'] }),
  );
  // The key is there in calls of the code alone (Lambda, "Using source function ARN").
  role.addToPrincipalPolicy(
    new PolicyStatement({
      sid: 'CodeConnectsNothing',
      effect: Effect.DENY,
      actions,
      resources: ['*'],
      conditions: { Null: { 'lambda:SourceFunctionArn': 'false' } },
    }),
  );
  acknowledge(role, {
    'AwsSolutions-IAM5[Resource::*]':
      'Lambda takes a VPC only for a role that may make network interfaces anywhere; a Deny keeps the code of the function from it.',
  });
}
