/** The page at `/docs`: the API's reference. It is drawn when it is first asked for, and then kept, if it could be. */
import { referencePage } from '../../openapi/reference-page.ts';
import type { Answer } from '../aws/wire/protocol.ts';
import type { ReceivedHeaders } from '../aws/wire/request.ts';
import { isPageAsked } from './asked-page.ts';

/** @returns what answers a request, or undefined where the request is for something else */
export function referenceAnswers(draw = referencePage) {
  let page: Promise<string> | undefined;
  const kept = () => {
    page ??= draw().catch((error: unknown) => {
      page = undefined;
      throw error;
    });
    return page;
  };

  return async (
    method: string,
    target: string,
    headers: ReceivedHeaders,
  ): Promise<Answer | undefined> => {
    if (!isPageAsked('/docs', method, target, headers)) return undefined;
    return {
      status: 200,
      contentType: 'text/html; charset=utf-8',
      body: await kept(),
      // Its policy of content is in the page, which is a file as well. What stands here a page cannot say.
      headers: {
        'Content-Security-Policy': "frame-ancestors 'none'",
        'X-Content-Type-Options': 'nosniff',
        'Referrer-Policy': 'no-referrer',
        'Cross-Origin-Resource-Policy': 'same-origin',
      },
    };
  };
}
