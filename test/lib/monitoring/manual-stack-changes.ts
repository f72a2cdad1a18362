/** What others do to the stack's functions, API, rules, alarms and own keys, and to others' of the account. */
import { Lambda } from '@aws-sdk/client-lambda';
import { localAccount } from '../../../local/stack.ts';
import type { Call } from './calls.ts';
import type { Day } from './day.ts';
import type { Watched } from './watched.ts';

const { accountId, region, stackName } = localAccount;
const arnOf = (service: string, rest: string) =>
  `arn:aws:${service}:${region}:${accountId}:${rest}`;

/** Each resource that a filter names is changed, changed by a call of which CloudTrail says less, and looked at. */
export async function everyWatchedChange(day: Day, watched: readonly Watched[]): Promise<void> {
  for (const { service, id, ways } of watched) {
    for (const { way, parameters, besides = [] } of ways) {
      const call = { service, name: 'ChangeIt', parameters };
      await day.recorded(`${id} is changed: ${way}`, call);
      await day.recorded(`${id} is changed, and CloudTrail does not say so: ${way}`, {
        ...call,
        readOnly: undefined,
      });
      await day.recorded(
        `${id} is looked at, and another service has it in its parameters: ${way}`,
        { ...call, name: 'ReadIt', readOnly: true },
        { ...call, service: 'other' },
        ...besides.map((name) => ({ ...call, name })),
      );
    }
  }
}

/** @param ref of the resource whose logical id begins so */
export async function manualStackChanges(
  day: Day,
  ref: (type: string, prefix: string) => string,
): Promise<void> {
  await functions(day, ref);
  const change = (service: string, name: string, parameters: object, more: object = {}): Call => ({
    service,
    name,
    parameters,
    ...more,
  });
  const restApiId = ref('AWS::ApiGateway::RestApi', 'Api');
  await day.recorded(
    "the API's authorizer is changed",
    change('apigateway', 'UpdateAuthorizer', { restApiId, authorizerId: 'abc' }),
  );
  await day.recorded(
    "an answer of the API's own is changed",
    change('apigateway', 'UpdateIntegrationResponse', { restApiId, httpMethod: 'GET' }),
    change('apigateway', 'UpdateGatewayResponse', { restApiId, responseType: 'ACCESS_DENIED' }),
  );
  await day.recorded(
    'CloudFormation deploys the API',
    change('apigateway', 'CreateDeployment', { restApiId }, { byCloudFormation: true }),
  );
  await day.recorded(
    'other APIs and rules are changed',
    change('apigateway', 'UpdateStage', { restApiId: 'other' }),
    change('events', 'DisableRule', { name: 'other' }),
    change('events', 'RemoveTargets', { rule: 'other', ids: ['x'] }),
  );
  const rule = ref('AWS::Events::Rule', 'ReconcilerSchedule');
  await day.recorded(
    "the reconciler's rule is disabled",
    change('events', 'DisableRule', { name: rule }),
  );
  await day.recorded(
    "the reconciler's rule loses its target",
    change('events', 'RemoveTargets', { rule, ids: ['Reconciler'] }),
  );
  await alarms(day, ref, change);
}

type Change = (service: string, name: string, parameters: object, more?: object) => Call;

async function functions(day: Day, ref: (type: string, prefix: string) => string): Promise<void> {
  const lambda = (name: string, parameters: object, more: object = {}): Call => ({
    service: 'lambda',
    name,
    parameters,
    ...more,
  });
  const functionName = ref('AWS::Lambda::Function', 'FunctionsCrypto');
  const functionArn = arnOf('lambda', `function:${functionName}`);
  await day.recorded(
    "the data plane's code is replaced",
    lambda('UpdateFunctionCode20150331v2', { functionName, publish: false }),
  );
  await day.recorded(
    "the data plane's code is replaced, by its ARN and version",
    lambda('UpdateFunctionCode', { functionName: `${functionArn}:$LATEST` }),
  );
  await day.recorded(
    'somebody else may invoke the data plane',
    lambda('AddPermission20150331v2', { functionName, principal: '444455556666' }),
  );
  await day.recorded(
    'CloudFormation deploys a function',
    lambda('UpdateFunctionCode20150331v2', { functionName }, { byCloudFormation: true }),
  );
  await day.recorded(
    "a function of somebody else's is given the control plane's role",
    lambda('CreateFunction20150331', {
      functionName: 'other',
      role: day.roleArn('ControlPlaneRole'),
    }),
  );
  await day.recorded(
    'other functions are changed, with roles of their own',
    lambda('UpdateFunctionCode20150331v2', { functionName: 'other' }),
    lambda('CreateFunction20150331', {
      functionName: 'other',
      role: `arn:aws:iam::${accountId}:role/other`,
    }),
  );
  await invocations(day, ref, functionArn);
}

async function invocations(
  day: Day,
  ref: (type: string, prefix: string) => string,
  cryptoArn: string,
): Promise<void> {
  const { aws: endpoint, operator: credentials } = day.stack;
  const client = new Lambda({ endpoint, region, credentials, maxAttempts: 1 });
  const invoke = (prefix: string) =>
    client.invoke({ FunctionName: ref('AWS::Lambda::Function', prefix), Payload: '{}' });
  await day.during('an administrator invokes a function behind the API', () =>
    invoke('FunctionsCertificates'),
  );
  const byApi = { type: 'AWSService', invokedBy: 'apigateway.amazonaws.com' };
  const invoked = (arn: string, more: object): Call => ({
    service: 'lambda',
    name: 'Invoke',
    // As CloudTrail records it where a service invokes.
    parameters: null,
    resources: [arn],
    category: 'Data',
    ...more,
  });
  await day.recorded('API Gateway invokes the data plane', invoked(cryptoArn, { identity: byApi }));
  await day.recorded(
    "another API invokes the data plane, with a role's credentials",
    invoked(cryptoArn, { identity: { ...byApi, type: 'AssumedRole' } }),
  );
  await day.recorded(
    'another service invokes the data plane',
    invoked(cryptoArn, { identity: { ...byApi, invokedBy: 'events.amazonaws.com' } }),
  );
  await day.recorded(
    'an attempt to invoke the data plane is refused',
    invoked(cryptoArn, { errorCode: 'AccessDenied' }),
  );
  const { type, invokedBy } = byApi;
  await day.recorded(
    'an event does not say which service has invoked the data plane',
    invoked(cryptoArn, { identity: { type } }),
  );
  await day.recorded(
    'an event does not say whether a service has invoked the data plane by itself',
    invoked(cryptoArn, { identity: { invokedBy } }),
  );
  await day.recorded(
    'other functions are invoked, and ours is named otherwise',
    invoked(arnOf('lambda', 'function:other'), {}),
    invoked(cryptoArn, { name: 'GetFunction', readOnly: true }),
    invoked(cryptoArn, { service: 'other' }),
  );
  await day.during('an administrator invokes the session broker', () =>
    invoke('FunctionsSessionBroker'),
  );
  const brokerName = ref('AWS::Lambda::Function', 'FunctionsSessionBroker');
  const brokerArn = arnOf('lambda', `function:${brokerName}`);
  for (const prefix of ['DataPlaneRole', 'AuditRole']) {
    const role = day.roleArn(prefix).split('/')[1];
    await day.recorded(`${prefix} asks the session broker`, invoked(brokerArn, { role }));
  }
  await day.recorded(
    'an administrator with a role asks the session broker',
    invoked(brokerArn, {}),
  );
  await day.recorded(
    'API Gateway invokes the session broker',
    invoked(brokerArn, { identity: byApi }),
  );
  await day.recorded(
    'the session broker is looked at, and another service has its name',
    invoked(brokerArn, { name: 'GetFunction', readOnly: true }),
    invoked(brokerArn, { service: 'other' }),
  );
  for (const prefix of ['Authorizer', 'Tenants', 'Certificates', 'Audit']) {
    const arn = arnOf('lambda', `function:${ref('AWS::Lambda::Function', `Functions${prefix}`)}`);
    await day.recorded(`somebody invokes the function ${prefix}`, invoked(arn, {}));
  }
}

async function alarms(
  day: Day,
  ref: (type: string, prefix: string) => string,
  change: Change,
): Promise<void> {
  const topicArn = ref('AWS::SNS::Topic', 'Monitoring');
  await day.recorded('the topic is deleted', change('sns', 'DeleteTopic', { topicArn }));
  await day.recorded(
    'a subscription of the topic ends',
    change('sns', 'Unsubscribe', { subscriptionArn: `${topicArn}:0f1e` }),
  );
  await day.recorded(
    'the topic is changed, and CloudTrail does not say so',
    change('sns', 'SetTopicAttributes', { topicArn }, { readOnly: undefined }),
  );
  await day.recorded(
    'the topic is looked at and published to, and others are changed',
    change('sns', 'GetTopicAttributes', { topicArn }, { readOnly: true }),
    change('sns', 'Publish', { topicArn }),
    change('sns', 'DeleteTopic', { topicArn: arnOf('sns', 'other') }),
    change('other', 'ChangeIt', { topicArn }),
  );
  const alarmName = `${stackName}-key-change`;
  const monitoring = (name: string, parameters: object, more: object = {}) =>
    change('monitoring', name, parameters, more);
  const alarmNames = [alarmName];
  await day.recorded('alarms are deleted', monitoring('DeleteAlarms', { alarmNames }));
  await day.recorded('alarms are disabled', monitoring('DisableAlarmActions', { alarmNames }));
  await day.recorded('alarms are muted', monitoring('PutAlarmMuteRule', { name: 'x' }));
  await day.recorded('an alarm is said to be over', monitoring('SetAlarmState', { alarmName }));
  await day.recorded(
    'an alarm is changed, and CloudTrail does not say so',
    monitoring('PutMetricAlarm', { alarmName }, { readOnly: undefined }),
  );
  await day.recorded(
    'alarms are looked at, and others are changed',
    monitoring('DescribeAlarms', { alarmName, alarmNames }, { readOnly: true }),
    monitoring('PutMetricAlarm', { alarmName: 'other' }),
    change('other', 'ChangeIt', { alarmName }),
  );
}

/** The product's key, and those that sign certificates. */
export async function manualOwnKeyChanges(
  day: Day,
  keyArn: (prefix: string) => string,
): Promise<void> {
  const { kms } = day.stack.administrator;
  for (const prefix of ['ProductKey', 'CertificateKey', 'PostQuantumKey']) {
    const KeyId = keyArn(prefix);
    const { Policy } = await kms.getKeyPolicy({ KeyId });
    const changed = (what: string, action: () => Promise<unknown>) =>
      day.during(`an administrator ${what}: ${prefix}`, action);
    await changed('changes the policy', () => kms.putKeyPolicy({ KeyId, Policy }));
    await changed('disables it', () => kms.disableKey({ KeyId }));
    await changed('enables it', () => kms.enableKey({ KeyId }));
    const Tags = [{ TagKey: 'a', TagValue: 'b' }];
    await changed('tags it', () => kms.tagResource({ KeyId, Tags }));
    const AliasName = `alias/mine-${prefix}`;
    await changed('gives it an alias', () => kms.createAlias({ AliasName, TargetKeyId: KeyId }));
    await changed('deletes it', () => kms.scheduleKeyDeletion({ KeyId }));
    await changed('cancels its deletion', () => kms.cancelKeyDeletion({ KeyId }));
    await kms.enableKey({ KeyId });
    const recorded: Call = {
      service: 'kms',
      name: 'CreateGrant',
      parameters: null,
      resources: [KeyId],
    };
    await day.recorded(`a grant is given: ${prefix}`, recorded);
    await day.recorded(`it is changed, and CloudTrail does not say so: ${prefix}`, {
      ...recorded,
      readOnly: undefined,
    });
    await day.recorded(`an alias is moved to it: ${prefix}`, {
      ...recorded,
      name: 'UpdateAlias',
      resources: [arnOf('kms', 'alias/x'), arnOf('kms', 'key/other'), KeyId],
    });
    await day.recorded(
      `it is used, looked at, and rotated by KMS: ${prefix}`,
      { ...recorded, name: 'Sign', readOnly: true },
      { ...recorded, name: 'DescribeKey', readOnly: true },
      { ...recorded, name: 'RotateKey' },
      { ...recorded, service: 'other' },
    );
  }
}
