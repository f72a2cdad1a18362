/** The stack: the product's construct and its outputs. */
import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { TenantKeys, type TenantKeysProps } from './tenant-keys.ts';

export class TenantKeysStack extends Stack {
  constructor(scope: Construct, id: string, props: TenantKeysProps) {
    // Without account and region, which the CLI adds: the template is the same for all.
    super(scope, id, {
      description: 'tenant-keys: a KMS key for each tenant of a SaaS',
      // CloudFormation counts spaces too: a template may have 1 MB.
      suppressTemplateIndentation: true,
      // Whoever deletes the stack takes the tenants' access away until docs/operations.md, "The stack was deleted".
      terminationProtection: true,
    });
    // CDK leaves this id out of the logical ids of what is in the construct.
    const { outputs } = new TenantKeys(this, 'Default', props);
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}
