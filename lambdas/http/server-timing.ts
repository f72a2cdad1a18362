/**
 * `Server-Timing` (W3C), for callers who look. Invariant: only an answer in which nothing was refused has it.
 * Whether KMS was asked before a ciphertext was refused would tell attackers how far their forgery came.
 */
import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { tenths } from '../observability/metrics.ts';
import { type RequestStats, requestStats } from '../observability/request-stats.ts';

export function serverTiming(): MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult> {
  return {
    // Not called for an error. Do not add `onError` here.
    after(request) {
      const { response } = request;
      const stats = requestStats();
      if (!response || response.statusCode >= 400) return;
      if (stats === undefined || stats.timingIsHidden) return;
      response.headers = { ...response.headers, 'Server-Timing': timing(stats) };
    },
  };
}

/** @returns the header's value; what did not happen is not in it */
function timing({ durationMs, waitedMs, counts }: RequestStats): string {
  const { DataKeyCacheHits: hits = 0, DataKeyCacheMisses: misses = 0 } = counts;
  return [
    `total;dur=${tenths(durationMs)}`,
    ...Object.entries(waitedMs).map(([service, ms]) => `${service};dur=${tenths(ms)}`),
    ...(hits + misses > 0 ? [`cache;desc="${misses > 0 ? 'miss' : 'hit'}"`] : []),
  ].join(', ');
}
