/** Serves what an issuer publishes. It is public on AWS as well: whoever asks may have it. */
import type { LocalPage } from '../aws/endpoint.ts';
import type { OutboundIssuer } from './outbound-issuer.ts';

export const outboundPage =
  (issuer: OutboundIssuer): LocalPage =>
  async (method, target) => {
    if (method !== 'GET') return undefined;
    const body = await issuer.published(target);
    if (body === undefined) return undefined;
    return {
      status: 200,
      contentType: 'application/json',
      body: JSON.stringify(body),
      headers: { 'X-Content-Type-Options': 'nosniff' },
    };
  };
