/** What the functions may do to one another. */
import { anyAllowed, claims } from './attempts.ts';
import type { Case, Clients, Harness } from './case.ts';

/** Asks, and runs nothing. */
const invoke = ({ lambda }: Clients, FunctionName: string) =>
  lambda.invoke({ FunctionName, InvocationType: 'DryRun' });

const asksBroker = (name: string) => (harness: Harness) =>
  invoke(harness.inFunction(name), harness.brokerArn);

export const functions: Case[] = [
  ...claims('allowed', ['deployed'], {
    'the data plane asks the session broker': asksBroker('FunctionsCrypto'),
    'the audit function asks the session broker': asksBroker('FunctionsAudit'),
  }),
  ...claims('denied', ['deployed'], {
    'a function invokes another, or itself, but to ask the session broker': (harness) =>
      anyAllowed(
        harness.functionArns.flatMap((by) => {
          const environment = harness.inFunction(by);
          const mayAsk = /Functions(Crypto|Audit)/.test(by);
          return harness.functionArns
            .filter((arn) => !(mayAsk && arn === harness.brokerArn))
            .map((arn) => () => invoke(environment, arn));
        }),
      ),
  }),
];
