import { isLocalHost } from '../aws/control/local-host.ts';
import type { ReceivedHeaders } from '../aws/wire/request.ts';

/** Whether it is a browser at this machine, from no other page. A signed request is AWS's; a presigned URL has a query. */
export const isPageAsked = (
  path: string,
  method: string,
  target: string,
  headers: ReceivedHeaders,
): boolean =>
  method === 'GET' &&
  target === path &&
  !headers.has('authorization') &&
  isLocalHost(headers) &&
  !headers.has('origin');
