/**
 * A GetWebIdentityToken as CloudTrail records it. Invariant: the token is not in it; its id is, so that whoever took the
 * token can be joined with who asked for it.
 */
import { decodeJwt } from 'jose';
import type { ServedCall } from '../aws/call.ts';
import { dateText, elements, eventOf, type TrailEvent, type TrailSource } from './event.ts';

const recorded = ['Audience', 'DurationSeconds', 'SigningAlgorithm', 'Tags'];

/** @returns nothing for another call, or one of another account */
export function tokenEvent(call: ServedCall, source: TrailSource): TrailEvent | undefined {
  if (call.service !== 'sts' || call.operation !== 'GetWebIdentityToken') return undefined;
  if (call.caller.accountId !== source.accountId) return undefined;
  return eventOf(call, source, 'sts.amazonaws.com', {
    requestParameters: requestOf(call),
    responseElements: call.output === undefined ? null : responseOf(call.output),
    readOnly: true,
    resources: [],
  });
}

/** Nothing of a call that the policies did not let pass. */
function requestOf({ input, resources, errorCode }: ServedCall) {
  const passed = resources.length > 0 && errorCode !== 'AccessDenied';
  if (!passed || input === undefined) return null;
  const { durationSeconds, ...shown } = elements(input, recorded);
  return {
    ...shown,
    ...(durationSeconds !== undefined && { durationSeconds: Number(durationSeconds) }),
  };
}

function responseOf(output: object) {
  const { WebIdentityToken = '' } = output as { readonly WebIdentityToken?: string };
  const { jti, exp = 0 } = decodeJwt(WebIdentityToken);
  return { webIdentityTokenId: jti, expiration: dateText(exp) };
}
