/** What the functions may do to one another. */
import { anyAllowed, claims } from './attempts.ts';
import type { Case, Clients } from './case.ts';

/** Asks, and runs nothing. */
const invoke = ({ lambda }: Clients, FunctionName: string) =>
  lambda.invoke({ FunctionName, InvocationType: 'DryRun' });

export const functions: Case[] = [
  ...claims('denied', ['deployed'], {
    'a function invokes another, or itself': (harness) =>
      anyAllowed(
        harness.functionArns.flatMap((by) => {
          const environment = harness.inFunction(by);
          return harness.functionArns.map((arn) => () => invoke(environment, arn));
        }),
      ),
  }),
];
