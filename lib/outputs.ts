/** The names that the runbooks use (`docs/operations.md`): CloudFormation makes most of them, so nobody could guess them. */
import type { Construct } from 'constructs';
import { BundledFunction } from './functions/bundled-function.ts';

/**
 * @param scope in which all functions are looked for
 * @returns of `session-broker`, for one, `SessionBrokerFunction`, `SessionBrokerLogs` and `SessionBrokerRoleName`
 */
export function outputsOfFunctions(scope: Construct): Readonly<Record<string, string>> {
  const functions = scope.node.findAll().filter((one) => one instanceof BundledFunction);
  return Object.fromEntries(
    functions.flatMap(({ name, function: { functionName }, logs, role }) => [
      [`${inPascalCase(name)}Function`, functionName],
      [`${inPascalCase(name)}Logs`, logs.logGroupName],
      [`${inPascalCase(name)}RoleName`, role.roleName],
    ]),
  );
}

const inPascalCase = (name: string): string =>
  name.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
