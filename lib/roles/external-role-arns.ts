/**
 * The roles that tenants make in accounts of their own, as contract/external-account.ts names them. Invariant: none of these accounts
 * is the stack's own, where whoever may make roles would be a tenant.
 */
import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ownNames } from '../config/own-names.ts';

/**
 * @param tenant an id, or a pattern or a variable in its place
 * @throws Error for the stack's own account, where the app knows it; the functions know it in any case, and take no key in it
 */
export function externalRoleArns(
  scope: Construct,
  accounts: readonly string[],
  tenant: string,
): string[] {
  const stack = Stack.of(scope);
  if (accounts.includes(stack.account))
    throw new Error(
      `keyStores.awsKmsExternal.accounts: ${stack.account} is the account of the stack; a tenant's key there is of keyStore aws-kms`,
    );
  return accounts.map((account) =>
    stack.formatArn({
      service: 'iam',
      region: '',
      account,
      resource: 'role',
      resourceName: `${ownNames(scope).name}/${tenant}`,
    }),
  );
}
