/** The tables of a template, in the shape of CreateTable. */
import { z } from 'zod';
import { readProperties } from '../template/properties.ts';
import type { Template } from '../template/template.ts';
import type { TableDefinition } from './create-table.ts';

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
  GlobalSecondaryIndexes: z
    .array(
      z.strictObject({
        IndexName: z.string(),
        KeySchema: keySchema,
        Projection: z.strictObject({ ProjectionType: z.enum(['ALL', 'KEYS_ONLY']) }),
      }),
    )
    .optional(),
  // Without effect on one machine.
  DeletionProtectionEnabled: z.boolean().optional(),
  PointInTimeRecoverySpecification: z.unknown().optional(),
  SSESpecification: z.unknown().optional(),
  TimeToLiveSpecification: z.unknown().optional(),
  Tags: z.unknown().optional(),
});

export function readTables(template: Template): TableDefinition[] {
  return template.ofType('AWS::DynamoDB::Table').map((resource) => {
    const { AttributeDefinitions, KeySchema, BillingMode, GlobalSecondaryIndexes } = readProperties(
      resource,
      tableProperties,
    );
    return {
      TableName: template.identity(resource.logicalId).ref,
      AttributeDefinitions,
      KeySchema,
      BillingMode,
      ...(GlobalSecondaryIndexes && { GlobalSecondaryIndexes }),
    };
  });
}
