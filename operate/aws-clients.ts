/** Options of AWS's clients: credentials and region are found as by the AWS CLI. */

/** The CLI takes it; the SDK does not. Where neither is set, it looks into the profile. */
export function regionOf({ AWS_REGION, AWS_DEFAULT_REGION }: NodeJS.ProcessEnv) {
  return !AWS_REGION && AWS_DEFAULT_REGION ? { region: AWS_DEFAULT_REGION } : {};
}

/** An answer that does not come holds a person up; AWS's own retries come before. */
export const clientOptions = (env: NodeJS.ProcessEnv) => ({ ...regionOf(env), maxAttempts: 4 });
