/** Lambda's concurrency: of new accounts little, and what tenant isolation mode takes by it. */
import { StepFailure } from '../step.ts';
import { ofType } from './assembly.ts';
import { assemblyOf, type DeployPlan } from './plan.ts';

/** That Lambda keeps for functions without a reservation (Lambda, "Configuring reserved concurrency"). */
const unreserved = 100;
/** Environments of tenants, active or idle, for each of concurrency: 2,500 for 1,000 (Lambda, "Tenant isolation"). */
const environmentsEach = 2.5;

export interface Concurrency {
  readonly found: string;
  readonly caution?: string;
}

/** @throws StepFailure where the reservations do not fit */
export async function concurrency(plan: DeployPlan): Promise<Concurrency> {
  const { AccountLimit = {} } = await plan.clients.lambda.getAccountSettings({});
  const { ConcurrentExecutions: limit = 0, UnreservedConcurrentExecutions: free = 0 } =
    AccountLimit;
  const functions = ofType(assemblyOf(plan).template, 'AWS::Lambda::Function');
  const reserved = sum(
    functions.map(([, { Properties }]) => Number(Properties?.ReservedConcurrentExecutions ?? 0)),
  );
  // Of an update the stack's own reservations are among those that are not free.
  if (plan.stack === undefined && reserved > 0 && free - reserved < unreserved) {
    throw new StepFailure(
      `concurrency: ${reserved} are reserved, and of ${free} that are free ${unreserved} must stay so`,
      'reserve less, or ask for more concurrent executions in Service Quotas (Lambda)',
    );
  }
  const isolated = functions.filter(
    ([, { Properties }]) => Properties?.TenancyConfig !== undefined,
  );
  const room = Math.floor(limit * environmentsEach);
  const needed = plan.given.tenants * isolated.length;
  const found = `concurrency ${limit}${isolated.length > 0 ? `, ${room} environments of tenants` : ''}`;
  if (isolated.length > 0 && needed > room) {
    return {
      found,
      caution:
        `${plan.given.tenants} tenants that are active at once need ${needed} environments, and ${room} can be: ` +
        'the others are answered 429. Ask for more concurrent executions in Service Quotas (Lambda)',
    };
  }
  if (limit >= unreserved) return { found };
  return {
    found,
    caution: `the account may run ${limit} functions at once, as new accounts: ask for more in Service Quotas (Lambda)`,
  };
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
