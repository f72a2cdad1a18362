/** The synthesized template, resolved for the account, with names of this run alone. */

import { defaultName as synthesizedName } from '../../contract/stack-names.ts';
import { synthesize } from '../../lib/synthesize.ts';
import { type ApiDefinition, readApi } from '../../local/api/template.ts';
import type { TableDefinition } from '../../local/dynamodb/create-table.ts';
import { readTables } from '../../local/dynamodb/template.ts';
import { assetsOf, type FunctionDefinition, readFunctions } from '../../local/lambda/template.ts';
import type { Role } from '../../local/sts/role.ts';
import { readRoles } from '../../local/sts/template.ts';
import type { Account } from '../../local/template/resource-types.ts';
import { readTemplate, type Template } from '../../local/template/template.ts';
import { audience } from './issuer.ts';

export interface Blueprint {
  readonly account: Account;
  readonly template: Template;
  readonly api: ApiDefinition;
  readonly functions: ReadonlyMap<string, FunctionDefinition>;
  readonly table: TableDefinition;
  readonly controlPlaneRole: Role;
  readonly dataPlaneRole: Role;
  readonly sessionBroker: FunctionDefinition;
  readonly sessionBrokerRole: Role;
  readonly tenantRole: Role;
}

const context = {
  audience,
  // With the canary, the tenant role's trust policy would name a role that is not made here, which IAM refuses.
  canary: false,
};

/**
 * @param account its stack name is what the names of roles and table begin with
 * @param folder for the assembly, with the bundles of the functions
 * @param issuer of the tokens
 */
export function readBlueprint(account: Account, folder: string, issuer: string): Blueprint {
  const assembly = synthesize({ ...context, issuer }, folder);
  const { template: document } = assembly.getStackByName(synthesizedName);
  const template = readTemplate(document, account);
  const functions = readFunctions(template, assetsOf(folder));
  const roles = readRoles(template);
  const role = (arn: string | undefined): Role => known(roles.get(arn ?? ''), `role ${arn}`);
  const serving = (handler: string) =>
    known(
      [...functions.values()].find((definition) => definition.handler === handler),
      `function ${handler}`,
    );
  const tenants = serving('tenants.handler');
  const sessionBroker = serving('session-broker.handler');
  return {
    account,
    template,
    functions,
    api: readApi(template),
    table: known(
      readTables(template).find(({ TableName }) => TableName === tenants.environment.TABLE_NAME),
      'tenant table',
    ),
    controlPlaneRole: role(tenants.roleArn),
    dataPlaneRole: role(serving('crypto.handler').roleArn),
    sessionBroker,
    sessionBrokerRole: role(sessionBroker.roleArn),
    tenantRole: role(tenants.environment.TENANT_ROLE_ARN),
  };
}

function known<T>(found: T | undefined, what: string): T {
  if (found === undefined) throw new Error(`the template has no ${what}`);
  return found;
}
