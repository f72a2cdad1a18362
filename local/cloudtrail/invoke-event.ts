/** An Invoke as CloudTrail records it, where the trail asks for it. Invariant: no payload and no answer is in it. */
import type { ServedCall } from '../aws/call.ts';
import { eventOf, type TrailEvent, type TrailSource } from './event.ts';

/** @returns nothing for what is no Invoke, and where the policies were never asked: then no function is named for sure */
export function invokeEvent(call: ServedCall, source: TrailSource): TrailEvent | undefined {
  if (call.service !== 'lambda' || call.operation !== 'Invoke') return undefined;
  const [resource = ''] = call.resources;
  const ARN = resource.split(':').slice(0, 7).join(':');
  if (!source.recordsInvokes(ARN)) return undefined;
  const isRefused = call.errorCode === 'AccessDeniedException';
  return eventOf(call, source, 'lambda.amazonaws.com', {
    requestParameters: isRefused ? null : { functionName: call.input?.FunctionName },
    responseElements: null,
    ...(call.output && { additionalEventData: { functionVersion: `${ARN}:$LATEST` } }),
    readOnly: false,
    resources: [{ accountId: source.accountId, type: 'AWS::Lambda::Function', ARN }],
  });
}
