/** What a solver says of a script. */
export interface Answer {
  readonly verdict: 'unsat' | 'sat' | 'unknown';
  /** of a `sat`: values of variables, by name */
  readonly model: ReadonlyMap<string, string | boolean | number>;
}

export interface Solver {
  /** with its version, for reports */
  readonly name: string;
  check(script: string): Promise<Answer>;
  close(): Promise<void>;
}
