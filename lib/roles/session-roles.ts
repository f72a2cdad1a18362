/** The roles whose sessions the broker opens, the broker's role, and the roles that ask it. */
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import type { Config } from '../config/config.ts';
import { AllEventsReaderRole } from './all-events-reader-role.ts';
import { AuditReaderRole } from './audit-reader-role.ts';
import { SessionBrokerRole } from './session-broker-role.ts';
import { SessionClientRole } from './session-client-role.ts';
import { TenantRole } from './tenant-role.ts';

export interface SessionRoles {
  readonly broker: SessionBrokerRole;
  readonly tenant: TenantRole;
  readonly auditReader: AuditReaderRole;
  readonly allEventsReader: AllEventsReaderRole;
  readonly dataPlane: SessionClientRole;
  readonly audit: SessionClientRole;
}

/** What the sessions read and write. */
interface Tables {
  readonly table: ITable;
  readonly macKeyTable: ITable;
  readonly auditTable: ITable;
}

/** @param scope in which they are made, each by itself */
export function makeSessionRoles(
  scope: Construct,
  { table, macKeyTable, auditTable }: Tables,
  { canary: hasCanary, keyStores }: Pick<Config, 'canary' | 'keyStores'>,
): SessionRoles {
  const broker = new SessionBrokerRole(scope, 'SessionBrokerRole');
  const brokerRole = broker.role;
  return {
    broker,
    tenant: new TenantRole(scope, 'TenantRole', {
      table,
      macKeyTable,
      brokerRole,
      hasCanary,
      keyStores,
    }),
    auditReader: new AuditReaderRole(scope, 'AuditReaderRole', { auditTable, brokerRole }),
    allEventsReader: new AllEventsReaderRole(scope, 'AllEventsReaderRole', {
      auditTable,
      brokerRole,
    }),
    dataPlane: new SessionClientRole(scope, 'DataPlaneRole', {
      description: "tenant-keys: asks the session broker for one tenant's session",
    }),
    audit: new SessionClientRole(scope, 'AuditRole', {
      description: 'tenant-keys: asks the session broker for a session that reads events',
    }),
  };
}
