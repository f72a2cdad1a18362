/**
 * Services that not every account has, or not with the same operations. Invariant: nobody gets as far as the policies of
 * another account's service.
 */
import type { Operation, Service } from './operation.ts';
import { AwsError } from './wire/aws-error.ts';

/** @param services of the same name, by account id; @returns the service, which is for each caller that of its account */
export function byAccount(services: Readonly<Record<string, Service>>): Service {
  const all = Object.values(services);
  const { name = '' } = all[0] ?? {};
  const dispatched =
    (operation: string): Operation =>
    (input, call) => {
      const { accountId } = call.caller;
      const own = Object.hasOwn(services, accountId) ? services[accountId] : undefined;
      const found = own?.operations[operation];
      if (found !== undefined) return found(input, call);
      const missing = own === undefined ? name : `${operation} of ${name}`;
      throw new AwsError(
        own === undefined ? 'AccessDeniedException' : 'UnknownOperationException',
        `The local stack has no ${missing} in the caller's account, ${accountId}.`,
      );
    };
  const operations = all.flatMap((service) => Object.keys(service.operations));
  return { name, operations: Object.fromEntries(operations.map((key) => [key, dispatched(key)])) };
}
