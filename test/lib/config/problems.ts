import { ConfigError, readConfig } from '../../../lib/config/config.ts';

/** @returns what the configuration has against a context, none where it takes it */
export function problemsOf(context: Readonly<Record<string, unknown>>): readonly string[] {
  try {
    readConfig(context);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}
