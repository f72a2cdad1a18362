/** Guards without which a path opens that no request tries, neither a counterexample's nor the isolation suite's. */
export interface Exception {
  /** of the guards' names */
  readonly guards: RegExp;
  readonly reason: string;
}

export const exceptions: readonly Exception[] = [
  {
    guards: /^ProductKey\/KeyPolicy TablesThroughDynamoDB: without StringEquals kms:CallerAccount$/,
    reason: 'it keeps out other accounts, and the local stack has one; test/lib asserts it by name',
  },
];
