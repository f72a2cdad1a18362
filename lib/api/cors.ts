/**
 * CORS where API Gateway answers by itself. Invariant: what such an answer says depends on no more of the request than
 * whether its Origin is, to the letter, one of the configured.
 */
import { allowOriginHeader, exposeHeaders, varyByOrigin } from '../../contract/cors.ts';
import { singleHeaders } from '../../contract/request-headers.ts';

type Headers = Readonly<Record<string, string>>;

/** For so long a browser may go on without another preflight. Firefox and Chrome allow more. */
const preflightMaxAgeSeconds = 600;

/** What every fixed answer has. */
export const sharedHeaders = (origins: readonly string[]): Headers =>
  origins.length === 0 ? {} : { ...varyByOrigin, ...exposeHeaders };

/**
 * A gateway response's header is a literal or a value of the request, unchecked. So with several origins it is `*`: any
 * page may read these texts, which are the same for everybody. `*` counts for no request with credentials, which a value
 * of the request would (Fetch standard, "CORS check").
 */
export function gatewayResponseHeaders(origins: readonly string[]): Headers {
  const [origin, ...others] = origins;
  if (origin === undefined) return {};
  return { ...sharedHeaders(origins), [allowOriginHeader]: others.length === 0 ? origin : '*' };
}

/** @param methods that the path has */
export const preflightHeaders = (methods: string): Headers => ({
  'Access-Control-Allow-Methods': methods,
  'Access-Control-Allow-Headers': [...singleHeaders, 'Accept'].join(', '),
  'Access-Control-Max-Age': String(preflightMaxAgeSeconds),
});

/**
 * VTL: `$granted` is the allowed origin that the request has, or empty. API Gateway looks a header up by its spelling,
 * which in HTTP/2 is lower case. What it gives where there is none, AWS does not document: it is equal to no origin.
 */
const grantedOrigin = (origins: readonly string[]): string =>
  `#set($granted = "")#foreach($allowed in ${JSON.stringify(origins)})` +
  '#if($input.params().header.get("Origin") == $allowed || $input.params().header.get("origin") == $allowed)' +
  '#set($granted = $allowed)#end#end';

/** For the beginning of an answer's template. */
export const allowOrigin = (origins: readonly string[]): string =>
  origins.length === 0
    ? ''
    : `${grantedOrigin(origins)}#if($granted != "")` +
      `#set($context.responseOverride.header.${allowOriginHeader} = $granted)#end\n`;

/** @returns the template of a request, which chooses the answer by its status */
export const statusOf = (origins: readonly string[], status: number, preflightStatus: number) =>
  `${grantedOrigin(origins)}#if($granted != "" && $context.httpMethod == "OPTIONS")` +
  `{"statusCode":${preflightStatus}}#else{"statusCode":${status}}#end`;
