/** The stack's tables: those that the template makes, and those that it takes over, of which only names are in it. */
import type { Template } from './template.ts';

export type StackTable = 'TenantTable' | 'MacKeyTable' | 'AuditTable';

/** The variable by which the functions know a table. */
const variables: Readonly<Record<StackTable, string>> = {
  TenantTable: 'TABLE_NAME',
  MacKeyTable: 'MAC_KEY_TABLE_NAME',
  AuditTable: 'AUDIT_TABLE_NAME',
};

export const stackTables = Object.keys(variables) as readonly StackTable[];

/** @returns the table's name, if the template has one */
export const tableNamed = (template: Template, table: StackTable): string | undefined => {
  const own = ownTable(template, table);
  return own === undefined ? takenOver(template, table) : template.identity(own.logicalId).ref;
};

/** @returns the table's ARN, if the template has one */
export function tableArnOf(template: Template, table: StackTable): string | undefined {
  const { partition, region, accountId } = template.account;
  const name = tableNamed(template, table);
  return name && `arn:${partition}:dynamodb:${region}:${accountId}:table/${name}`;
}

/** @returns the table's name, if it is there already and the template does not make it */
export function takenOver(template: Template, table: StackTable): string | undefined {
  if (ownTable(template, table) !== undefined) return undefined;
  return template
    .ofType('AWS::Lambda::Function')
    .map(({ properties }) => properties.Environment as { Variables?: Record<string, string> })
    .map((environment) => environment?.Variables?.[variables[table]])
    .find((name) => name !== undefined);
}

const ownTable = (template: Template, table: StackTable) =>
  template.ofType('AWS::DynamoDB::Table').find(({ logicalId }) => logicalId.startsWith(table));
