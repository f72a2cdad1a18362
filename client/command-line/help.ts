/** What the help of commands has in common. */

/** Of the commands about one tenant. */
export const tenantArgument = ['<tenant>', "the tenant's id, such as acme"] as const;

/** Of the commands that work with one tenant's key. */
export const tenantOption = () =>
  [
    '-t, --tenant <id>',
    'whose key; or TENANT_KEYS_TENANT',
    process.env.TENANT_KEYS_TENANT,
  ] as const;

/** @param lines as they are typed into a shell @returns the last part of a command's help */
export const examples = (...lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`;
