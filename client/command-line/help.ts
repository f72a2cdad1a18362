/** What the help of commands has in common. */

/** Of the commands about one tenant. */
export const tenantArgument = ['<tenant>', "the tenant's id, such as acme"] as const;

/** @param lines as they are typed into a shell @returns the last part of a command's help */
export const examples = (...lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`;
