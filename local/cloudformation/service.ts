/** CloudFormation's answers about the stacks that are in an account: their outputs, and the lists of their resources. */
import type { Call, Operation, Service } from '../aws/operation.ts';
import { pageOf } from '../aws/pagination.ts';
import { isMissingMember, requireValid, type Violations } from '../aws/validation.ts';
import { AwsError } from '../aws/wire/aws-error.ts';
import type { Clock } from '../clock.ts';
import type { Account } from '../template/resource-types.ts';
import type { Template } from '../template/template.ts';

/** AWS pages by the size of the answer, at about so many. */
const pageSize = 100;

export const stackIdOf = (account: Account): string => {
  const { partition, region, accountId, stackName, instance = 0 } = account;
  const id = instance === 0 ? 'local' : `local-${instance}`;
  return `arn:${partition}:cloudformation:${region}:${accountId}:stack/${stackName}/${id}`;
};

export interface Stack {
  readonly template: Template;
  readonly createdAt: Date;
}

/** The stacks of an account. */
export interface Stacks {
  readonly account: Omit<Account, 'stackName'>;
  all(): readonly Stack[];
}

/** @param templates of the stacks of one account, at least one; more may come */
export function cloudformation(templates: readonly Template[], clock: Clock): Service {
  const createdAt = clock.now();
  const [first] = templates as readonly [Template];
  const all = () => templates.map((template) => ({ template, createdAt }));
  return { name: 'cloudformation', operations: stackReads({ account: first.account, all }) };
}

export const stackReads = (stacks: Stacks): Service['operations'] => ({
  DescribeStacks: describeStacks(stacks),
  ListStackResources: listStackResources(stacks),
});

/** Of a stack by its name; without one AWS lists all. */
const describeStacks =
  (stacks: Stacks): Operation =>
  (input, call) => {
    const { template, createdAt } = stackNamed('DescribeStacks', input.StackName, stacks, call);
    return {
      Stacks: [
        {
          StackName: template.account.stackName,
          StackId: stackIdOf(template.account),
          CreationTime: createdAt.toISOString(),
          StackStatus: 'CREATE_COMPLETE',
          Outputs: Object.entries(template.outputs).map(([OutputKey, OutputValue]) => ({
            OutputKey,
            OutputValue,
          })),
        },
      ],
    };
  };

const listStackResources =
  (stacks: Stacks): Operation =>
  (input, call) => {
    const { template, createdAt } = stackNamed('ListStackResources', input.StackName, stacks, call);
    const all = template.resources.toSorted((a, b) => (a.logicalId < b.logicalId ? -1 : 1));
    const page = pageOf(all, ({ logicalId }) => logicalId, pageSize, tokenOf(input.NextToken));
    if (page === undefined) throw new AwsError('ValidationError', 'NextToken is not valid');
    return {
      StackResourceSummaries: page.items.map(({ logicalId, type }) => ({
        LogicalResourceId: logicalId,
        PhysicalResourceId: template.identity(logicalId).ref,
        ResourceType: type,
        LastUpdatedTimestamp: createdAt.toISOString(),
        ResourceStatus: 'CREATE_COMPLETE',
        DriftInformation: { StackResourceDriftStatus: 'NOT_CHECKED' },
      })),
      NextToken: page.next,
    };
  };

/** @throws AwsError AccessDenied; ValidationError where no such stack is here */
function stackNamed(operation: string, named: unknown, stacks: Stacks, call: Call): Stack {
  const name = nameOf(named);
  const found = findStack(operation, name, stacks, call);
  if (found === undefined) {
    throw new AwsError('ValidationError', `Stack with id ${name} does not exist`);
  }
  return found;
}

/** @throws AwsError AccessDenied */
export function findStack(
  operation: string,
  name: string,
  { account, all }: Stacks,
  call: Call,
): Stack | undefined {
  const { partition, region, accountId } = account;
  call.authorize({
    action: `cloudformation:${operation}`,
    resource: name.startsWith('arn:')
      ? name
      : `arn:${partition}:cloudformation:${region}:${accountId}:stack/${name}/*`,
  });
  return all().find(({ template }) =>
    [template.account.stackName, stackIdOf(template.account)].includes(name),
  );
}

/** @throws AwsError ValidationError */
export function nameOf(value: unknown): string {
  const violations: Violations = [];
  isMissingMember(value, 'stackName', violations);
  requireValid(violations, 'ValidationError');
  if (typeof value === 'string' && value !== '') return value;
  throw new AwsError('ValidationError', '1 validation error detected: StackName is no text');
}

const tokenOf = (value: unknown): string | undefined =>
  value === undefined ? undefined : String(value);
