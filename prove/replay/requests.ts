/** The requests that a replay can send, by their action in lower case: real ones, signed by the caller. */
import { EventBridge } from '@aws-sdk/client-eventbridge';
import { Lambda } from '@aws-sdk/client-lambda';
import { STS } from '@aws-sdk/client-sts';
import { requestsOfDynamoDB } from './dynamodb-requests.ts';
import { requestsOfKms } from './kms-requests.ts';
import type { Send } from './sending.ts';

const assumeRole: Send = ({ wanted, target, caller }) => {
  const tags = wanted.named('aws:RequestTag/', 'aws:TagKeys');
  const transitive = wanted
    .membersOf('sts:TransitiveTagKeys')
    .map((key) => (key in tags ? key : Object.keys(tags)[0]))
    .filter((key) => key !== undefined);
  return new STS(caller).assumeRole({
    RoleArn: target.arn,
    RoleSessionName: wanted.textOf('sts:RoleSessionName') ?? 'replay',
    ExternalId: wanted.textOf('sts:ExternalId'),
    SourceIdentity: wanted.textOf('sts:SourceIdentity'),
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    ...(transitive.length > 0 && { TransitiveTagKeys: transitive }),
  });
};

/** A dry run: whether the caller may, without running the function. */
const invoke: Send = ({ target, caller }) =>
  new Lambda(caller).invoke({ FunctionName: target.arn, InvocationType: 'DryRun' });

const putEvents: Send = ({ wanted, target, caller }) =>
  new EventBridge(caller).putEvents({
    Entries: [
      {
        EventBusName: target.arn,
        Source: wanted.textOf('events:source') ?? 'replay',
        DetailType: wanted.textOf('events:detail-type') ?? 'replay',
        Detail: '{}',
      },
    ],
  });

export const requests: ReadonlyMap<string, Send> = new Map([
  ...requestsOfKms,
  ...requestsOfDynamoDB,
  ['sts:assumerole', assumeRole],
  // Nobody asks for it alone: it is asked of who passes tags to AssumeRole.
  ['sts:tagsession', assumeRole],
  ['lambda:invokefunction', invoke],
  ['events:putevents', putEvents],
]);
