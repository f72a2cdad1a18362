/** The principals that try something at the endpoint, each with clients of its own. */
import type { Clients, Destination } from './clients.ts';

export interface Tenant {
  readonly tenantId: string;
  readonly keyArn: string;
}

export interface TenantSession extends Tenant, Clients {
  /** made by KMS itself, with the tenant's own session and context */
  readonly ciphertext: Uint8Array;
}

export interface Identities {
  readonly tenant: TenantSession;
  readonly neighbour: TenantSession;
  readonly dataPlane: Clients;
  readonly sessionBroker: Clients;
  readonly controlPlane: Clients;
  /** the caller of this run */
  readonly administrator: Clients;
  readonly destination: Destination;
  readonly tableName: string;
  readonly tenantRoleArn: string;
  /** of the tenant's key, as JSON */
  readonly keyPolicy: string;
}
