/**
 * `Server-Timing` (W3C), for callers who look. Invariant: only an answer in which nothing was refused has it.
 * Whether KMS was asked before a ciphertext was refused would tell an attacker how far his forgery came.
 */
import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { tenths } from '../observability/metrics.ts';
import { type Tally, tally } from '../observability/request-stats.ts';

export function serverTiming(): MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult> {
  return {
    // Not called for an error; nor may `onError` ever be here.
    after(request) {
      const { response } = request;
      const current = tally();
      if (!response || response.statusCode >= 400) return;
      if (current === undefined || current.withheld) return;
      response.headers = { ...response.headers, 'Server-Timing': timing(current) };
    },
  };
}

/** @returns the header's value, with what happened and nothing else */
function timing({ duration, spent, counts }: Tally): string {
  const { DataKeyCacheHits: hits = 0, DataKeyCacheMisses: misses = 0 } = counts;
  return [
    `total;dur=${tenths(duration)}`,
    ...Object.entries(spent).map(([service, time]) => `${service};dur=${tenths(time)}`),
    ...(hits + misses > 0 ? [`cache;desc="${misses > 0 ? 'miss' : 'hit'}"`] : []),
  ].join(', ');
}
