/** A stack of CloudFormation: its outputs and resources. */
import { type CloudFormation, paginateListStackResources } from '@aws-sdk/client-cloudformation';

export interface DeployedStack {
  readonly name: string;
  readonly status: string;
  readonly isProtected: boolean;
  readonly outputs: Readonly<Record<string, string>>;
  readonly resources: readonly DeployedResource[];
}

export interface DeployedResource {
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
}

/** @returns undefined where there is none */
export async function findStack(
  client: CloudFormation,
  StackName: string,
): Promise<DeployedStack | undefined> {
  const described = await client.describeStacks({ StackName }).catch((error: Error) => {
    // CloudFormation has no name of its own for this error.
    if (error.name === 'ValidationError' && error.message.includes('does not exist')) return {};
    throw error;
  });
  const [stack] = ('Stacks' in described && described.Stacks) || [];
  if (stack === undefined) return undefined;
  const outputs = (stack.Outputs ?? []).map((one) => [one.OutputKey, one.OutputValue]);
  return {
    name: StackName,
    status: stack.StackStatus ?? '',
    isProtected: stack.EnableTerminationProtection === true,
    outputs: Object.fromEntries(outputs),
    resources: await resourcesOf(client, StackName),
  };
}

async function resourcesOf(client: CloudFormation, StackName: string) {
  const found: DeployedResource[] = [];
  for await (const page of paginateListStackResources({ client }, { StackName })) {
    for (const one of page.StackResourceSummaries ?? []) {
      if (one.ResourceStatus === 'DELETE_COMPLETE') continue;
      found.push({
        logicalId: one.LogicalResourceId ?? '',
        physicalId: one.PhysicalResourceId ?? '',
        type: one.ResourceType ?? '',
      });
    }
  }
  return found;
}
