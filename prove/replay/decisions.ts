/** What the local stack says of one request: each decision of its policies, with the reason. */
export interface DecisionRecord {
  /** `service:Operation` */
  readonly action: string;
  readonly resource: string;
  readonly callerArn: string;
  readonly context: Readonly<Record<string, string | readonly string[]>>;
  readonly decision: { readonly allowed: boolean };
  /** `refused by <policy> statement <Sid> (explicit Deny): ...` */
  readonly explanation: string;
}

/** @param aws URL of the endpoint */
export async function decisionsOf(
  aws: string,
  requestId: string,
): Promise<readonly DecisionRecord[]> {
  const response = await fetch(new URL(`/_local/decisions/${requestId}`, aws));
  return (await response.json()) as DecisionRecord[];
}
