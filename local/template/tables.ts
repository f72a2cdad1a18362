/** The tables of a template, as CreateTable takes them. */
import { z } from 'zod';
import { readProperties } from './properties.ts';
import type { Template } from './template.ts';

const keySchema = z.array(
  z.strictObject({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }),
);

const tableProperties = z.strictObject({
  TableName: z.string().optional(),
  AttributeDefinitions: z.array(
    z.strictObject({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) }),
  ),
  KeySchema: keySchema,
  BillingMode: z.literal('PAY_PER_REQUEST'),
  // Known, and of no effect on one machine.
  DeletionProtectionEnabled: z.boolean().optional(),
  PointInTimeRecoverySpecification: z.unknown().optional(),
  SSESpecification: z.unknown().optional(),
  Tags: z.unknown().optional(),
});

export interface TableDefinition {
  readonly TableName: string;
  readonly AttributeDefinitions: z.output<typeof tableProperties>['AttributeDefinitions'];
  readonly KeySchema: z.output<typeof keySchema>;
  readonly BillingMode: 'PAY_PER_REQUEST';
}

export function readTables(template: Template): TableDefinition[] {
  return template.ofType('AWS::DynamoDB::Table').map((resource) => {
    const { AttributeDefinitions, KeySchema, BillingMode } = readProperties(
      resource,
      tableProperties,
    );
    const TableName = template.identity(resource.logicalId).ref;
    return { TableName, AttributeDefinitions, KeySchema, BillingMode };
  });
}
