/**
 * What the indexer reads of CloudTrail's record of a KMS call, and the event that the tenant sees of it. Invariant: of
 * the request it reads the key, the tags and the encryption context, which is no secret, and nothing else. Source:
 * "CloudTrail record contents", CloudTrail User Guide; "Examples of AWS KMS log entries", KMS Developer Guide.
 */

import * as z from 'zod/mini';
import type { AuditOutcome, KeyEvent } from '../../contract/audit.ts';

const text = z.optional(z.string());

export const trailEvent = z.object({
  eventSource: z.literal('kms.amazonaws.com'),
  eventTime: z.iso.datetime(),
  eventName: z.string(),
  eventID: z.string(),
  requestID: text,
  sourceIPAddress: text,
  errorCode: text,
  errorMessage: text,
  userIdentity: z.object({
    type: text,
    arn: text,
    invokedBy: text,
    principalId: text,
    accountId: text,
    sessionContext: z.optional(z.object({ sessionIssuer: z.optional(z.object({ arn: text })) })),
  }),
  requestParameters: z.nullish(
    z.object({
      keyId: text,
      encryptionContext: z.nullish(z.record(z.string(), z.string())),
      sourceEncryptionContext: z.nullish(z.record(z.string(), z.string())),
      tags: z.nullish(z.array(z.object({ tagKey: z.string(), tagValue: z.string() }))),
    }),
  ),
  additionalEventData: z.nullish(z.object({ keyMaterialId: text, sourceKeyMaterialId: text })),
  resources: z.nullish(z.array(z.object({ ARN: text }))),
});
export type TrailEvent = z.output<typeof trailEvent>;

/** Of bounded length: DynamoDB refuses to look up a longer key than 2,048 bytes, and no other line would be indexed. */
const keyArn = /^arn:[a-z-]{1,32}:kms:[a-z0-9-]{1,32}:\d{12}:key\/[A-Za-z0-9-]{1,128}$/;
const keyArnInText =
  /\barn:[a-z-]{1,32}:kms:[a-z0-9-]{1,32}:\d{12}:key\/[A-Za-z0-9-]{1,128}(?![A-Za-z0-9-])/g;

/**
 * @returns the ARNs of the keys that the call was about. A refusal may name them only in KMS's own message, so the
 *   message counts where nothing else names a key.
 */
export function keysOf({ resources, requestParameters, errorMessage }: TrailEvent): string[] {
  const named = [...(resources ?? []).map(({ ARN }) => ARN), requestParameters?.keyId].filter(
    (arn): arn is string => arn !== undefined && keyArn.test(arn),
  );
  const all = named.length > 0 ? named : (errorMessage?.match(keyArnInText) ?? []);
  return [...new Set(all)];
}

/** @returns the tag's value, undefined where the call created no key or gave it no such tag */
export const createdWithTag = (event: TrailEvent, key: string): string | undefined =>
  event.eventName === 'CreateKey' && event.errorCode === undefined
    ? event.requestParameters?.tags?.find(({ tagKey }) => tagKey === key)?.tagValue
    : undefined;

/** @returns the ARN of the role or user, or the name of the AWS service */
export function principalOf({ userIdentity }: TrailEvent): string {
  const { arn, invokedBy, principalId, accountId, sessionContext } = userIdentity;
  return (
    sessionContext?.sessionIssuer?.arn ?? arn ?? invokedBy ?? principalId ?? accountId ?? 'unknown'
  );
}

export function keyEventOf(event: TrailEvent, arn: string): KeyEvent {
  const { requestParameters: parameters, additionalEventData: data } = event;
  const session = sessionOf(event);
  const encryptionContext = parameters?.encryptionContext ?? parameters?.sourceEncryptionContext;
  const keyMaterialId = data?.keyMaterialId ?? data?.sourceKeyMaterialId;
  return {
    kind: 'kms',
    eventId: event.eventID,
    time: new Date(event.eventTime).toISOString(),
    operation: event.eventName,
    outcome: outcomeOf(event.errorCode),
    ...(event.errorCode !== undefined && { errorCode: event.errorCode }),
    principal: principalOf(event),
    ...(session !== undefined && { session }),
    sourceAddress: event.sourceIPAddress ?? 'unknown',
    requestId: event.requestID ?? event.eventID,
    keyArn: arn,
    ...(encryptionContext && { encryptionContext }),
    ...(keyMaterialId !== undefined && { keyMaterialId }),
  };
}

function sessionOf({ userIdentity: { type, arn } }: TrailEvent): string | undefined {
  return type === 'AssumedRole' ? arn?.slice(arn.lastIndexOf('/') + 1) : undefined;
}

/** Errors of KMS itself, which no caller has caused. */
const failures = new Set([
  'DependencyTimeout',
  'DependencyTimeoutException',
  'InternalFailure',
  'KMSInternalException',
  'KeyUnavailableException',
  'LimitExceededException',
  'ServiceUnavailable',
  'Throttling',
  'ThrottlingException',
]);

function outcomeOf(errorCode: string | undefined): AuditOutcome {
  if (errorCode === undefined) return 'succeeded';
  return failures.has(errorCode) ? 'failed' : 'refused';
}
