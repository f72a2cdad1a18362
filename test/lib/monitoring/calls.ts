/**
 * Calls of other services than KMS, as CloudTrail records them: by hand, in the members that the CloudTrail user
 * guide lists ("CloudTrail record contents") and with the parameters of each service's API reference.
 */
import { randomUUID } from 'node:crypto';
import { localAccount } from '../../../local/stack.ts';

export interface Call {
  readonly service: string;
  readonly name: string;
  readonly parameters: object | null;
  /** false by default; undefined: CloudTrail does not say */
  readonly readOnly?: boolean | undefined;
  readonly errorCode?: string;
  /** of the caller; an administrator's by default */
  readonly role?: string;
  /** whether CloudFormation calls with that role */
  readonly byCloudFormation?: boolean;
  readonly resources?: readonly string[];
  readonly category?: 'Data';
  /** instead of the caller's */
  readonly identity?: object;
}

export function recorded({ service, name, parameters, ...call }: Call) {
  const { readOnly } = { readOnly: false, ...call };
  const { accountId, region } = localAccount;
  const role = call.role ?? 'Administrators';
  const through = 'cloudformation.amazonaws.com';
  const type = service === 'lambda' ? 'AWS::Lambda::Function' : 'AWS::KMS::Key';
  const issuer = { type: 'Role', principalId: 'AROAEXAMPLE', accountId, userName: role };
  return {
    eventVersion: '1.11',
    userIdentity: call.identity ?? {
      type: 'AssumedRole',
      principalId: 'AROAEXAMPLE:someone',
      arn: `arn:aws:sts::${accountId}:assumed-role/${role}/someone`,
      accountId,
      sessionContext: {
        sessionIssuer: { ...issuer, arn: `arn:aws:iam::${accountId}:role/${role}` },
      },
      ...(call.byCloudFormation && { invokedBy: through }),
    },
    eventTime: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
    eventSource: `${service}.amazonaws.com`,
    eventName: name,
    awsRegion: region,
    sourceIPAddress: call.byCloudFormation ? through : '198.51.100.7',
    userAgent: call.byCloudFormation ? through : 'aws-cli/2.31.0',
    ...(call.errorCode !== undefined && { errorCode: call.errorCode }),
    requestParameters: parameters,
    responseElements: null,
    requestID: randomUUID(),
    eventID: randomUUID(),
    ...(readOnly !== undefined && { readOnly }),
    ...(call.resources && {
      resources: call.resources.map((ARN) => ({ accountId, type, ARN })),
    }),
    eventType: 'AwsApiCall',
    managementEvent: call.category === undefined,
    recipientAccountId: accountId,
    eventCategory: call.category ?? 'Management',
  };
}
