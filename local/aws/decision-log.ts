/** The last decisions of the policies with their reasons, so that every refusal can be explained. It holds no secret. */
import type { ConditionContext, Decision } from '../iam/decision.ts';

export interface DecisionRecord {
  readonly time: Date;
  readonly requestId: string;
  readonly action: string;
  readonly resource: string;
  /** the values of the request's condition keys but those of the caller; absent where API Gateway decided */
  readonly context?: ConditionContext;
  readonly callerArn: string;
  readonly decision: Decision;
}

export interface DecisionLog {
  add(record: DecisionRecord): void;
  /** @returns the decisions of one request in their order; none for one that is unknown or forgotten */
  of(requestId: string): readonly DecisionRecord[];
}

/** @param limit of decisions kept; the oldest requests are forgotten first */
export function decisionLog(limit = 10_000): DecisionLog {
  const byRequest = new Map<string, DecisionRecord[]>();
  let count = 0;
  return {
    add(record) {
      const records = byRequest.get(record.requestId) ?? [];
      byRequest.set(record.requestId, [...records, record]);
      count += 1;
      for (const [requestId, oldest] of byRequest) {
        if (count <= limit) break;
        byRequest.delete(requestId);
        count -= oldest.length;
      }
    },
    of: (requestId) => byRequest.get(requestId) ?? [],
  };
}
