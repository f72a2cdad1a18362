/** What a solver says of a script. */
export interface Answer {
  readonly verdict: 'unsat' | 'sat' | 'unknown';
  /** of a `sat`: values of variables, by name */
  readonly model: ReadonlyMap<string, string | boolean | number>;
}

export interface Solver {
  /** with its version, for reports */
  readonly name: string;
  /** @param timeoutMs instead of the solver's own limit; what takes longer is unknown */
  check(script: string, timeoutMs?: number): Promise<Answer>;
  /**
   * @param assumed variables of the script, all of them assumed to be true
   * @returns those with which it is unsatisfiable, not always the fewest; nothing where the solver does not know
   */
  core?(script: string, assumed: readonly string[]): Promise<readonly string[] | undefined>;
  close(): Promise<void>;
}
