/** The registry: one row a tenant, with the ARN of its key and never a key. */
import { AttributeType, ProjectionType, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { keyArnIndex } from '../../contract/table-schema.ts';
import { keptTable } from '../kept-table.ts';

export interface TenantTableProps {
  readonly key: IKey;
}

export class TenantTable extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string, props: TenantTableProps) {
    super(scope, id);
    // The partition key alone is the tenant id: the tenant role's dynamodb:LeadingKeys rests on it.
    this.table = new Table(this, 'Table', {
      ...keptTable(props.key),
      partitionKey: { name: 'tenantId', type: AttributeType.STRING },
    });
    // Whose key a key is, for the indexer.
    this.table.addGlobalSecondaryIndex({
      indexName: keyArnIndex,
      partitionKey: { name: 'keyArn', type: AttributeType.STRING },
      projectionType: ProjectionType.KEYS_ONLY,
    });
  }
}
