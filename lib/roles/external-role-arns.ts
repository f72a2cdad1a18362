/** The roles that tenants make in accounts of their own, as contract/external-account.ts names them. */
import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ownNames } from '../config/own-names.ts';

/** @param tenant an id, or a pattern or a variable in its place */
export const externalRoleArns = (
  scope: Construct,
  accounts: readonly string[],
  tenant: string,
): string[] =>
  accounts.map((account) =>
    Stack.of(scope).formatArn({
      service: 'iam',
      region: '',
      account,
      resource: 'role',
      resourceName: `${ownNames(scope).name}/${tenant}`,
    }),
  );
