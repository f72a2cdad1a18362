/**
 * The API's access log. Invariant: it has no body, no query string, no header, and no error message of API
 * Gateway's, since one of these quotes the Authorization header. Of the caller's own it has the path, so that the audit
 * of a tenant shows who tried its paths.
 */
import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AccessLogFormat, CfnAccount } from 'aws-cdk-lib/aws-apigateway';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { accessLogMembers } from '../../contract/access-log.ts';
import type { Config } from '../config/config.ts';
import { acknowledge, wildcard } from '../nag/acknowledge.ts';
import { logGroup } from '../storage/log-group.ts';

export const accessLogFormat = AccessLogFormat.custom(JSON.stringify(accessLogMembers));

export interface AccessLogsProps {
  readonly config: Pick<Config, 'apiGatewayAccount' | 'logRetentionDays'>;
  readonly key: IKey;
}

export class AccessLogs extends Construct {
  readonly logGroup: LogGroup;
  /**
   * lets API Gateway write logs in this account: a stage with a log must be made after it. Absent where the account has
   * that already, by somebody else
   */
  readonly account: CfnAccount | undefined;

  constructor(scope: Construct, id: string, { config, key }: AccessLogsProps) {
    super(scope, id);
    this.logGroup = logGroup(this, 'Logs', key, config.logRetentionDays);
    this.account = config.apiGatewayAccount ? this.accountSetting() : undefined;
  }

  private accountSetting(): CfnAccount {
    const role = this.role();
    // A setting of the account in this region, for all its APIs, which nothing sets back: it outlives the stack, and
    // its creation's roll-back as well.
    role.applyRemovalPolicy(RemovalPolicy.RETAIN);
    const account = new CfnAccount(this, 'Account', { cloudWatchRoleArn: role.roleArn });
    account.applyRemovalPolicy(RemovalPolicy.RETAIN);
    return account;
  }

  /**
   * With the actions of AWS's managed policy AmazonAPIGatewayPushToCloudWatchLogs, which API Gateway checks for when
   * the role is set, but for this account and region only, where an action can be kept to them.
   */
  private role(): Role {
    const stack = Stack.of(this);
    const logGroups = stack.formatArn({
      service: 'logs',
      resource: 'log-group',
      resourceName: '*',
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    const role = new Role(this, 'Role', {
      description: 'API Gateway, for all APIs of this account and region: writes their logs',
      assumedBy: new ServicePrincipal('apigateway.amazonaws.com'),
      inlinePolicies: {
        Policy: new PolicyDocument({
          statements: [
            new PolicyStatement({
              sid: 'WriteLogs',
              actions: [
                'logs:CreateLogGroup',
                'logs:CreateLogStream',
                'logs:DescribeLogStreams',
                'logs:PutLogEvents',
                'logs:GetLogEvents',
                'logs:FilterLogEvents',
              ],
              resources: [logGroups],
            }),
            // A list of all log groups: with less than all of them IAM refuses it.
            new PolicyStatement({
              sid: 'ListLogGroups',
              actions: ['logs:DescribeLogGroups'],
              resources: ['*'],
            }),
          ],
        }),
      },
    });
    acknowledge(role, {
      'AwsSolutions-IAM5[Resource::*]':
        'logs:DescribeLogGroups lists, and has no resource to name.',
      [wildcard(stack, logGroups)]:
        'API Gateway has one role for all APIs of an account and region, so it must reach all their log groups.',
    });
    return role;
  }
}
