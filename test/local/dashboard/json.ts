/** A request to an endpoint under `/_local/` as the page's script sends it, or with other headers. */
import { request } from 'node:http';

export interface PageAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: an answer is JSON that each test looks into
  readonly json: any;
}

/** @param headers Host is the address's where it is not given */
export const ask = (url: string, headers: object = {}, method = 'GET'): Promise<PageAnswer> =>
  new Promise((resolve, reject) => {
    request(url, { method, headers: { ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const json = /^[[{]/.test(text) ? JSON.parse(text) : undefined;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
      });
    })
      .on('error', reject)
      .end();
  });
