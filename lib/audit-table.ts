/**
 * Who used which tenant's key: one row an event, which goes away by itself when its time is over. What is
 * deleted here is still in the trail. Rows are written by the indexer alone.
 */

import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { expiryAttribute } from '../contract/table-schema.ts';
import { keptTable } from './kept-table.ts';

export interface AuditTableProps {
  readonly key: IKey;
}

export class AuditTable extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string, props: AuditTableProps) {
    super(scope, id);
    // The partition key alone is the tenant id: the reader's dynamodb:LeadingKeys rests on it.
    this.table = new Table(this, 'Table', {
      ...keptTable(props.key),
      partitionKey: { name: 'tenantId', type: AttributeType.STRING },
      sortKey: { name: 'eventKey', type: AttributeType.STRING },
      timeToLiveAttribute: expiryAttribute,
    });
  }
}
