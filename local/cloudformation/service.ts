/** CloudFormation's list of the resources of the one stack that is here. */
import type { Operation, Service } from '../aws/operation.ts';
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

export function cloudformation(template: Template, clock: Clock): Service {
  const deployedAt = clock.now().toISOString();
  return {
    name: 'cloudformation',
    operations: { ListStackResources: listStackResources(template, deployedAt) },
  };
}

const listStackResources =
  (template: Template, deployedAt: string): Operation =>
  (input, call) => {
    const name = nameOf(input.StackName);
    const stackId = stackIdOf(template.account);
    call.authorize({
      action: 'cloudformation:ListStackResources',
      resource: name.startsWith('arn:') ? name : stackId.replace(/[^/]*\/[^/]*$/, `${name}/*`),
    });
    if (name !== template.account.stackName && name !== stackId) {
      throw new AwsError('ValidationError', `Stack with id ${name} does not exist`);
    }
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
