/**
 * The tables: the registry of tenants, the wrapped keys of their macs, and who used which tenant's key. Each is made, or,
 * where the configuration names one, taken over as it is: CloudFormation then neither makes, changes nor deletes it.
 */
import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  type ITable,
  ProjectionType,
  Table,
  TableEncryption,
  type TableProps,
} from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import {
  allEventsIndex,
  allEventsKey,
  expiryAttribute,
  keyArnIndex,
  macKeySortKey,
  partitionKey,
  sortKey,
} from '../../contract/table-schema.ts';

interface TableOfStackProps {
  readonly key: IKey;
  /** of a table that is there already */
  readonly name: string | undefined;
}

/** Every table is encrypted with the product's key, can be restored, and outlives the stack. */
const tableDefaults = (encryptionKey: IKey): Omit<TableProps, 'partitionKey'> => ({
  billingMode: BillingMode.PAY_PER_REQUEST,
  encryption: TableEncryption.CUSTOMER_MANAGED,
  encryptionKey,
  pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
  deletionProtection: true,
  removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
});

/** Its own, or one that is there already. */
abstract class TableOfStack extends Construct {
  readonly table: ITable;

  constructor(scope: Construct, id: string, { key, name }: TableOfStackProps) {
    super(scope, id);
    // CDK's own types do not match under exactOptionalPropertyTypes.
    const own = () => this.own(key) as ITable;
    this.table = name === undefined ? own() : Table.fromTableName(this, 'Table', name);
  }

  protected abstract own(key: IKey): Table;
}

/** The registry: one row for each tenant, with the ARN of its key and never a key. */
export class TenantTable extends TableOfStack {
  protected own(key: IKey): Table {
    const table = new Table(this, 'Table', {
      ...tableDefaults(key),
      partitionKey: { name: partitionKey, type: AttributeType.STRING },
    });
    // By it the indexer finds the tenant of a key.
    table.addGlobalSecondaryIndex({
      indexName: keyArnIndex,
      partitionKey: { name: keyArnIndex, type: AttributeType.STRING },
      projectionType: ProjectionType.KEYS_ONLY,
    });
    return table;
  }
}

/**
 * The keys of macs: a row for each tenant and purpose, with keys that the tenant's key has wrapped. A table of its own,
 * since a tenant's session writes there, and may never write the registry.
 */
export class MacKeyTable extends TableOfStack {
  protected own(key: IKey): Table {
    return new Table(this, 'Table', {
      ...tableDefaults(key),
      partitionKey: { name: partitionKey, type: AttributeType.STRING },
      sortKey: { name: macKeySortKey, type: AttributeType.STRING },
    });
  }
}

/**
 * The audit: one row for each event, which DynamoDB deletes when its time is over; the trail still has it. Only the
 * indexer writes events.
 */
export class AuditTable extends TableOfStack {
  protected own(key: IKey): Table {
    const table = new Table(this, 'Table', {
      ...tableDefaults(key),
      partitionKey: { name: partitionKey, type: AttributeType.STRING },
      sortKey: { name: sortKey, type: AttributeType.STRING },
      timeToLiveAttribute: expiryAttribute,
    });
    // By it an auditor reads the events of all tenants.
    table.addGlobalSecondaryIndex({
      indexName: allEventsIndex,
      partitionKey: { name: allEventsKey.partition, type: AttributeType.STRING },
      sortKey: { name: allEventsKey.sort, type: AttributeType.STRING },
      projectionType: ProjectionType.ALL,
    });
    return table;
  }
}
