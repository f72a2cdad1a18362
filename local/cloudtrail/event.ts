/**
 * A call as CloudTrail records it; here that of KMS. Invariant: of what the caller sent and got, an event holds only what the
 * operation lists as its CloudTrail fields. Source: "CloudTrail record contents", CloudTrail user guide.
 */

import type { ServedCall } from '../aws/call.ts';
import type { CloudTrailFields } from '../aws/cloudtrail-fields.ts';
import { eventIdOf } from '../aws/wire/event-id.ts';
import { accountOf } from '../iam/arn.ts';
import { type UserIdentity, userIdentity } from './identity.ts';

type Members = Readonly<Record<string, unknown>>;

export type EventSource = 'kms.amazonaws.com' | 'lambda.amazonaws.com' | 'sts.amazonaws.com';

export interface TrailEvent {
  readonly eventVersion: '1.11';
  readonly userIdentity: UserIdentity;
  /** to the second, on the system's clock */
  readonly eventTime: string;
  readonly eventSource: EventSource;
  readonly eventName: string;
  readonly awsRegion: string;
  readonly sourceIPAddress: string;
  readonly userAgent: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly requestParameters: Members | null;
  readonly responseElements: Members | null;
  readonly additionalEventData?: Members;
  readonly requestID: string;
  readonly eventID: string;
  readonly readOnly: boolean;
  readonly resources: readonly TrailResource[];
  readonly eventType: 'AwsApiCall';
  readonly managementEvent: boolean;
  readonly recipientAccountId: string;
  /** only where a service of AWS called, or an account is named that is not the caller's: then several get the event */
  readonly sharedEventID?: string;
  readonly eventCategory: 'Management' | 'Data';
}

export interface TrailResource {
  readonly accountId: string;
  /** of an alias too, as the developer guide's examples have it */
  readonly type: 'AWS::KMS::Key' | 'AWS::Lambda::Function';
  readonly ARN: string;
}

/** What a trail records. */
export interface TrailSource {
  readonly region: string;
  readonly accountId: string;
  /** of KMS's operations, by name */
  readonly fields: Readonly<Record<string, CloudTrailFields>>;
  /** whether the trail records the Invokes of a function */
  readonly recordsInvokes: (functionArn: string) => boolean;
}

/** What is not the same in every event. */
type Particulars = Pick<
  TrailEvent,
  'requestParameters' | 'responseElements' | 'readOnly' | 'resources' | 'additionalEventData'
>;

/**
 * A call on another account's key is an event of both accounts but, where it is refused, of the caller's alone. Source:
 * "Using KMS keys in other accounts", KMS developer guide.
 * @returns nothing for a call of another service than KMS, of an operation that KMS does not have, and for a call of
 *   which the account learns nothing
 */
export function trailEvent(call: ServedCall, source: TrailSource): TrailEvent | undefined {
  const { operation } = call;
  const fields = Object.hasOwn(source.fields, operation) ? source.fields[operation] : undefined;
  if (call.service !== 'kms' || fields === undefined) return undefined;
  const arns = arnsOf(call);
  if (!isOf(source.accountId, call, arns)) return undefined;
  return eventOf(call, source, 'kms.amazonaws.com', {
    requestParameters: requestOf(call, fields),
    responseElements: responseOf(call, fields, arns),
    ...materialOf(call, fields),
    readOnly: fields.readOnly,
    resources: arns.map((ARN) => ({
      accountId: accountOf(ARN) ?? source.accountId,
      type: 'AWS::KMS::Key',
      ARN,
    })),
  });
}

function isOf(accountId: string, { caller, errorCode }: ServedCall, arns: readonly string[]) {
  if (caller.accountId === accountId || caller.service !== undefined) return true;
  return errorCode !== 'AccessDeniedException' && arns.some((arn) => accountOf(arn) === accountId);
}

export function eventOf(
  call: ServedCall,
  source: TrailSource,
  eventSource: EventSource,
  particulars: Particulars,
): TrailEvent {
  const { service, accountId: callersAccount } = call.caller;
  const accounts = new Set([callersAccount, ...particulars.resources.map((one) => one.accountId)]);
  const isShared = service !== undefined || accounts.size > 1;
  const eventID = eventIdOf(call.requestId);
  // Of Lambda only data events are played, and of the others only management events.
  const eventCategory = eventSource === 'lambda.amazonaws.com' ? 'Data' : 'Management';
  const { requestParameters, responseElements, readOnly, resources, ...additional } = particulars;
  return {
    eventVersion: '1.11',
    userIdentity: userIdentity(call.caller, source.accountId),
    eventTime: call.time.toISOString().replace(/\.\d+Z$/, 'Z'),
    eventSource,
    eventName: call.operation,
    awsRegion: source.region,
    sourceIPAddress: service ?? call.sourceIp,
    userAgent: service ?? call.userAgent,
    ...errorOf(call),
    requestParameters,
    responseElements,
    ...additional,
    requestID: call.requestId,
    eventID,
    readOnly,
    resources,
    eventType: 'AwsApiCall',
    managementEvent: eventCategory === 'Management',
    recipientAccountId: source.accountId,
    ...(isShared ? { sharedEventID: eventIdOf(eventID) } : {}),
    eventCategory,
  };
}

/** CloudTrail's name for a refusal is not the API's. */
function errorOf({ errorCode, errorMessage }: ServedCall) {
  if (errorCode === undefined) return {};
  return {
    errorCode: errorCode === 'AccessDeniedException' ? 'AccessDenied' : errorCode,
    ...(errorMessage ? { errorMessage } : {}),
  };
}

/** What the policies were asked about, and a key that CreateKey made: its own policy was not asked. */
function arnsOf({ resources, output = {} }: ServedCall): string[] {
  const { KeyMetadata } = output as { readonly KeyMetadata?: { readonly Arn: string } };
  const all = KeyMetadata === undefined ? resources : [...resources, KeyMetadata.Arn];
  return [...new Set(all)].filter((resource) => resource !== '*');
}

/**
 * Nothing of a call that the policies did not let pass. Before they were asked, any member of the input may hold
 * anything. AWS does not document parameters in the event of a refusal, so nobody must come to rely on them.
 */
function requestOf(
  { input, resources, errorCode }: ServedCall,
  fields: CloudTrailFields,
): Members | null {
  const passed = resources.length > 0 && errorCode !== 'AccessDeniedException';
  if (!passed || input === undefined) return null;
  const { defaults, requestParameters } = fields;
  const shown = elements({ ...defaults, ...given(input) }, requestParameters);
  return Object.keys(shown).length === 0 ? null : shown;
}

const given = (input: Members): Members =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null));

function responseOf(
  { output }: ServedCall,
  { responseElements }: CloudTrailFields,
  arns: readonly string[],
) {
  if (output === undefined || responseElements === undefined) return null;
  if (responseElements !== 'key ARN') return elements(output as Members, responseElements);
  return { keyId: arns.findLast((arn) => arn.includes(':key/')) };
}

function materialOf({ output }: ServedCall, { additionalEventData }: CloudTrailFields) {
  return output === undefined || additionalEventData === undefined
    ? {}
    : { additionalEventData: additionalEventData(output as Members) };
}

/** CloudTrail spells members with a small first letter, but for `AWSAccountId`. */
export const elements = (from: Members, names: readonly string[]): Members =>
  Object.fromEntries(
    names
      .filter((name) => from[name] !== undefined)
      .map((name) => [
        name.replace(/^[A-Z](?![A-Z])/, (letter) => letter.toLowerCase()),
        element(name, from[name]),
      ]),
  );

function element(name: string, value: unknown): unknown {
  if (name === 'Tags') {
    return (value as readonly Members[]).map((tag) =>
      elements(tag, ['TagKey', 'TagValue', 'Key', 'Value']),
    );
  }
  if (name === 'KeyMetadata') return elements(value as Members, Object.keys(value as Members));
  return name.endsWith('Date') ? dateText(value as number) : value;
}

/** As `Aug 10, 2022, 10:38:27 PM`. @param seconds since the epoch */
export const dateText = (seconds: number): string =>
  new Date(seconds * 1000)
    .toLocaleString('en-US', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' })
    // ICU puts a narrow no-break space before AM and PM.
    .replaceAll('\u202f', ' ');
