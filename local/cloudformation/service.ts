/** CloudFormation's answers about the stacks that are here: their outputs, and the lists of their resources. */
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

/** @param templates of the stacks; more may come */
export function cloudformation(templates: readonly Template[], clock: Clock): Service {
  const deployedAt = clock.now().toISOString();
  return {
    name: 'cloudformation',
    operations: {
      DescribeStacks: describeStacks(templates, deployedAt),
      ListStackResources: listStackResources(templates, deployedAt),
    },
  };
}

/** Of a stack by its name; without one AWS lists all. */
const describeStacks =
  (templates: readonly Template[], deployedAt: string): Operation =>
  (input, call) => {
    const template = stackNamed('DescribeStacks', input.StackName, templates, call);
    return {
      Stacks: [
        {
          StackName: template.account.stackName,
          StackId: stackIdOf(template.account),
          CreationTime: deployedAt,
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
  (templates: readonly Template[], deployedAt: string): Operation =>
  (input, call) => {
    const template = stackNamed('ListStackResources', input.StackName, templates, call);
    const all = template.resources.toSorted((a, b) => (a.logicalId < b.logicalId ? -1 : 1));
    const page = pageOf(all, ({ logicalId }) => logicalId, pageSize, tokenOf(input.NextToken));
    if (page === undefined) throw new AwsError('ValidationError', 'NextToken is not valid');
    return {
      StackResourceSummaries: page.items.map(({ logicalId, type }) => ({
        LogicalResourceId: logicalId,
        PhysicalResourceId: template.identity(logicalId).ref,
        ResourceType: type,
        LastUpdatedTimestamp: deployedAt,
        ResourceStatus: 'CREATE_COMPLETE',
        DriftInformation: { StackResourceDriftStatus: 'NOT_CHECKED' },
      })),
      NextToken: page.next,
    };
  };

/** @throws AwsError AccessDenied; ValidationError where no such stack is here */
function stackNamed(
  operation: string,
  named: unknown,
  templates: readonly Template[],
  call: Call,
): Template {
  const name = nameOf(named);
  const [first] = templates as readonly [Template];
  const stackId = stackIdOf(first.account);
  call.authorize({
    action: `cloudformation:${operation}`,
    resource: name.startsWith('arn:') ? name : stackId.replace(/[^/]*\/[^/]*$/, `${name}/*`),
  });
  const found = templates.find(({ account }) =>
    [account.stackName, stackIdOf(account)].includes(name),
  );
  if (found === undefined) {
    throw new AwsError('ValidationError', `Stack with id ${name} does not exist`);
  }
  return found;
}

/** @throws AwsError ValidationError */
function nameOf(value: unknown): string {
  const violations: Violations = [];
  isMissingMember(value, 'stackName', violations);
  requireValid(violations, 'ValidationError');
  if (typeof value === 'string' && value !== '') return value;
  throw new AwsError('ValidationError', '1 validation error detected: StackName is no text');
}

const tokenOf = (value: unknown): string | undefined =>
  value === undefined ? undefined : String(value);
