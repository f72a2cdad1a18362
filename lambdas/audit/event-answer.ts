/**
 * A page of events in the form that the caller asks for. Invariant: a form that is not to be had is refused before any
 * event is read, and each form has every event of the page.
 */
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { AuditEvent, AuditEvents } from '../../contract/audit.ts';
import type { AuditQuery } from '../../contract/audit-query.ts';
import { jsonLines } from '../../contract/media-types.ts';
import { notAcceptable } from '../../contract/problem.ts';
import { acceptedType } from '../http/accept.ts';
import { headerLines } from '../http/header-names.ts';
import { inLines, json } from '../http/response.ts';
import { ocsfEvent } from './ocsf.ts';

/**
 * @returns what makes an answer of a page
 * @throws Problem 406
 */
export function eventAnswer(
  event: APIGatewayProxyEvent,
  query: AuditQuery,
): (page: AuditEvents) => APIGatewayProxyResult {
  const isOcsf = query.format === 'ocsf';
  const offered = isOcsf ? [jsonLines] : (['application/json', jsonLines] as const);
  const type = acceptedType(headerLines(event, 'accept').join(','), offered);
  if (type === undefined) throw notAcceptable(`The answer is ${offered.join(' or ')}.`);
  if (type !== jsonLines) return (page) => json<'listEvents' | 'listAllEvents'>(200, page);
  const lineOf = isOcsf ? ocsfEvent : (one: AuditEvent) => one;
  return ({ events, nextCursor }) =>
    inLines(events.map(lineOf), nextCursor === undefined ? {} : nextPage(query, nextCursor));
}

/**
 * RFC 8288. Relative to the request's own URL, since a function does not know by which domain, stage or base path it
 * was asked; a `?` alone keeps the path (RFC 3986 section 5.2.2).
 */
function nextPage(query: AuditQuery, cursor: string): { readonly Link: string } {
  const parameters = Object.entries({ ...query, cursor })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  return { Link: `<?${parameters.join('&')}>; rel="next"` };
}
