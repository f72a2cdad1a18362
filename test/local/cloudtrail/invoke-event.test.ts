/** The data events of functions, which a trail records only where its selectors ask for them. */
import { describe, expect, test } from '@jest/globals';
import type { TrailEvent } from '../../../local/cloudtrail/event.ts';
import { invokesRecordedBy } from '../../../local/cloudtrail/template.ts';
import { readTemplate } from '../../../local/template/template.ts';
import { arnOf, openFunctions, refusal } from '../lambda/harness.ts';
import { account, role } from '../small-template.ts';

const trail = (properties: object) => ({
  Type: 'AWS::CloudTrail::Trail',
  Properties: { IsLogging: true, ...properties },
});
const selecting = (Values: readonly unknown[], others: object = {}) =>
  trail({
    EventSelectors: [{ DataResources: [{ Type: 'AWS::Lambda::Function', Values }], ...others }],
  });
const advanced = (...fields: object[]) =>
  trail({
    AdvancedEventSelectors: [
      { FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }] },
      {
        FieldSelectors: [
          { Field: 'eventCategory', Equals: ['Data'] },
          { Field: 'resources.type', Equals: ['AWS::Lambda::Function'] },
          ...fields,
        ],
      },
    ],
  });

describe('whose Invokes a trail records', () => {
  const recorded = (resource: object) => {
    const test = invokesRecordedBy(readTemplate({ Resources: { Trail: resource } }, account));
    return ['Echo', 'Echo2'].filter((name) => test(arnOf(name)));
  };

  test.each<[string, object, string[]]>([
    ['no selector', trail({}), []],
    ['management events', trail({ EventSelectors: [{ IncludeManagementEvents: true }] }), []],
    ['one function', selecting([arnOf('Echo')]), ['Echo']],
    ['every function', selecting(['arn:aws:lambda']), ['Echo', 'Echo2']],
    [
      'reads, of which Invoke is none',
      selecting(['arn:aws:lambda'], { ReadWriteType: 'ReadOnly' }),
      [],
    ],
    [
      'objects',
      trail({
        EventSelectors: [{ DataResources: [{ Type: 'AWS::S3::Object', Values: ['arn:aws:s3'] }] }],
      }),
      [],
    ],
    ['every function, advanced', advanced(), ['Echo', 'Echo2']],
    [
      'one function, advanced',
      advanced({ Field: 'resources.ARN', Equals: [arnOf('Echo')] }),
      ['Echo'],
    ],
    [
      'functions whose names begin so',
      advanced({ Field: 'resources.ARN', StartsWith: [arnOf('Echo')] }),
      ['Echo', 'Echo2'],
    ],
    [
      'every function, but it is off',
      { ...trail({ ...selecting(['arn:aws:lambda']).Properties, IsLogging: false }) },
      [],
    ],
  ])('%s', (_, resource, expected) => {
    expect(recorded(resource)).toEqual(expected);
  });

  test('what cannot be read stops the start', () => {
    const byName = advanced({ Field: 'eventName', Equals: ['Invoke'] });
    expect(() => recorded(byName)).toThrow(
      'Trail: the local stack cannot select Invokes by eventName',
    );
    const ending = advanced({ Field: 'resources.ARN', EndsWith: ['Echo'] });
    expect(() => recorded(ending)).toThrow('cannot select Invokes by resources.ARN');
  });
});

describe('the event of an Invoke', () => {
  const opened = () =>
    openFunctions({ MayNot: role(), Trail: selecting([{ 'Fn::GetAtt': ['Echo', 'Arn'] }]) });

  test('says who invoked which function, and nothing of what was sent and answered', async () => {
    const functions = await opened();
    try {
      const { $metadata } = await functions.client(functions.deployment.operator).invoke({
        FunctionName: 'TenantKeys-Echo',
        Payload: '{"token":"canary-7f3a"}',
      });
      const events = [...functions.deployment.trail.events];
      expect(events).toEqual([
        {
          eventVersion: '1.11',
          userIdentity: expect.objectContaining({ type: 'IAMUser', userName: 'operator' }),
          eventTime: expect.any(String),
          eventSource: 'lambda.amazonaws.com',
          eventName: 'Invoke',
          awsRegion: account.region,
          sourceIPAddress: expect.stringContaining('127.0.0.1'),
          userAgent: expect.stringContaining('aws-sdk-js'),
          requestParameters: { functionName: 'TenantKeys-Echo' },
          responseElements: null,
          additionalEventData: { functionVersion: `${arnOf('Echo')}:$LATEST` },
          requestID: $metadata.requestId,
          eventID: expect.any(String),
          readOnly: false,
          resources: [
            { accountId: account.accountId, type: 'AWS::Lambda::Function', ARN: arnOf('Echo') },
          ],
          eventType: 'AwsApiCall',
          managementEvent: false,
          recipientAccountId: account.accountId,
          eventCategory: 'Data',
        },
      ]);
      expect(JSON.stringify(events)).not.toContain('canary-7f3a');
    } finally {
      await functions.close();
    }
  });

  test('is there for a refusal, and for no function that was not selected', async () => {
    const functions = await opened();
    try {
      const stranger = functions.client(functions.session('MayNot'));
      await refusal(stranger.invoke({ FunctionName: 'TenantKeys-Echo', Qualifier: '$LATEST' }));
      await refusal(stranger.invoke({ FunctionName: 'TenantKeys-Fail' }));
      const [event, ...others] = functions.deployment.trail.events;
      expect(event).toMatchObject({
        userIdentity: { type: 'AssumedRole' },
        errorCode: 'AccessDenied',
        errorMessage: expect.stringContaining('lambda:InvokeFunction'),
        requestParameters: null,
        resources: [{ ARN: arnOf('Echo') }],
      } satisfies Partial<Record<keyof TrailEvent, unknown>>);
      expect(others).toEqual([]);
    } finally {
      await functions.close();
    }
  });
});
