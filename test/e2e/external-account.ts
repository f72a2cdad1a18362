/** A stack whose tenants have their keys in an AWS account of their own, which the local stack plays, and its administrator. */
import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { IAM } from '@aws-sdk/client-iam';
import { KMS } from '@aws-sdk/client-kms';
import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';
import { expect } from '@jest/globals';
import {
  type ExternalAccount,
  externalAccountTemplate,
  externalKeyPolicy,
  externalRoleArn,
  rolePolicy,
} from '../../contract/external-account.ts';
import { defaultName } from '../../contract/stack-names.ts';
import { rowOf } from '../harness/tenant-row.ts';
import type { Answer } from './client.ts';
import { controlOf } from './control.ts';
import { startTestStack, type TestStack } from './test-stack.ts';

export const tenantAccountId = '222222222222';

export type ExternalStack = Awaited<ReturnType<typeof startExternalStack>>;

export interface GivenKey {
  readonly tenantId: string;
  readonly keyArn: string;
}

/** @param dataKeyMaxAgeSeconds of tenants in accounts of their own */
export async function startExternalStack(
  dataKeyMaxAgeSeconds?: number,
  context: Readonly<Record<string, unknown>> = {},
) {
  const stack = await startTestStack({
    keyStores: {
      awsKmsExternal: { accounts: [tenantAccountId] },
      ...(dataKeyMaxAgeSeconds !== undefined && { dataKeyMaxAgeSeconds }),
    },
    ...context,
  });
  const theirs = {
    endpoint: stack.aws,
    region: stack.region,
    credentials: stack.tenantAccount.operator,
    maxAttempts: 1,
  };
  const cloudformation = new CloudFormation(theirs);
  const table = DynamoDBDocument.from(stack.administrator.dynamodb);
  return {
    ...stack,
    /** the administrator of the tenant's account */
    owner: { kms: new KMS(theirs), iam: new IAM(theirs), cloudformation },
    accountOf: (tenantId: string) => accountOf(stack, tenantId),
    /** The tenant's administrator makes key and role of the template that the product gives. */
    async give(tenantId: string): Promise<GivenKey> {
      const StackName = `for-${tenantId}`;
      await cloudformation.createStack({
        StackName,
        TemplateBody: JSON.stringify(externalAccountTemplate(accountOf(stack, tenantId))),
        Capabilities: ['CAPABILITY_NAMED_IAM'],
      });
      const { Stacks: [made] = [] } = await cloudformation.describeStacks({ StackName });
      expect(made?.StackStatus).toBe('CREATE_COMPLETE');
      const key = made?.Outputs?.find(({ OutputKey }) => OutputKey === 'KeyArn');
      return { tenantId, keyArn: key?.OutputValue ?? '' };
    },
    /** The same administrator makes a second key, and lets the role use both. @returns its ARN */
    async giveAnother({ tenantId, keyArn }: GivenKey): Promise<string> {
      const account = accountOf(stack, tenantId);
      const Policy = JSON.stringify(externalKeyPolicy(account));
      const { KeyMetadata } = await new KMS(theirs).createKey({ Policy });
      const second = KeyMetadata?.Arn ?? '';
      const RoleName = externalRoleArn(account, tenantAccountId).split('/').at(-1) ?? '';
      await new IAM(theirs).putRolePolicy({
        ...{ RoleName, PolicyName: 'UseBothKeys' },
        PolicyDocument: JSON.stringify(rolePolicy(account, [keyArn, second])),
      });
      return second;
    },
    /** Writes the row of a tenant, as its onboarding would leave it. */
    async plant({ tenantId, keyArn }: GivenKey, change: object = {}): Promise<void> {
      const external = { tenantId, keyStore: 'aws-kms-external', keyName: keyArn };
      const { keyCreatedAt: _, keyArn: __, ...row } = rowOf(external);
      await table.put({ TableName: stack.tableName, Item: { ...row, ...change } });
    },
    async crypto(tenantId: string, operation: string, body: object): Promise<Answer> {
      const token = await stack.client.tenantToken(tenantId);
      return stack.client.send('POST', `/tenants/${tenantId}/${operation}`, { token, body });
    },
  };
}

/** One whose functions remember nothing, so that a change counts for the next request, and its operator. */
export async function startExternalControl(context: Readonly<Record<string, unknown>> = {}) {
  const remembersNothing = { registryTtlSeconds: 0, dataKeyMaxAgeSeconds: 0 };
  const stack = await startExternalStack(0, { ...remembersNothing, ...context });
  return { stack, control: controlOf(stack) };
}

function accountOf(stack: TestStack, tenantId: string): ExternalAccount {
  const roles = [...stack.deployment.roles.values()];
  const tenantRoleArn = roles.find(({ name }) => name.includes('TenantRole'))?.arn ?? '';
  return {
    tenantId,
    name: defaultName,
    partition: 'aws',
    productAccountId: stack.accountId,
    accountId: tenantAccountId,
    tenantRoleArn,
  };
}
