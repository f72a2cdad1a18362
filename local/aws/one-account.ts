/** Services that the stack plays in one account only. Invariant: nobody of another account gets as far as their policies. */
import type { Operation, Service } from './operation.ts';
import { AwsError } from './wire/aws-error.ts';

/** @returns the service, of which callers of other accounts have none */
export function inAccount(accountId: string, { name, operations }: Service): Service {
  const guarded =
    (operation: Operation): Operation =>
    (input, call) => {
      if (call.caller.accountId === accountId) return operation(input, call);
      throw new AwsError(
        'AccessDeniedException',
        `The local stack has ${name} in account ${accountId} only, and the caller is of ${call.caller.accountId}.`,
      );
    };
  const entries = Object.entries(operations).map(([key, operation]) => [key, guarded(operation)]);
  return { name, operations: Object.fromEntries(entries) };
}
