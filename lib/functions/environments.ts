/** Variables that more than one function has, by what the function needs them for. */
import { Stack } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Config } from '../config/config.ts';
import { toldOf } from '../config/key-stores.ts';
import type { BundledFunction } from './bundled-function.ts';

/** To check tokens. */
export const tokens = (config: Config) => ({ ISSUERS: JSON.stringify(config.issuers) });

/** Behind the API, whatever it does. */
export const ofApi = ({ corsOrigins }: Config) =>
  corsOrigins.length === 0 ? {} : { CORS_ORIGINS: JSON.stringify(corsOrigins) };

/** To work with tenants' keys. */
export const keyStores = ({
  config: { keyStores: stores },
  issuer,
}: {
  readonly config: Config;
  /** URL of the product's own issuer, if the configuration has no other */
  readonly issuer: string;
}) => (stores === undefined ? {} : { KEY_STORES: JSON.stringify(toldOf(stores, issuer)) });

/** To ask the broker, which must be there already. */
export const brokerName = (broker: BundledFunction) => ({
  SESSION_BROKER_NAME: broker.function.functionName,
});

/** To check tokens and to ask the broker for sessions. */
export const brokeredSessions = (config: Config, broker: BundledFunction) => ({
  ...tokens(config),
  ...brokerName(broker),
});

/** To administer keys, and so to sign in to a store by a token of ours. */
export const ownSignIn = ({ keyStores: stores }: Config, broker: BundledFunction) =>
  stores?.vault?.tokenIssuer === 'own' ? brokerName(broker) : {};

interface RegistryProps {
  readonly config: Config;
  readonly table: ITable;
  readonly tenantRoleArn: string;
  readonly roles: { readonly controlPlane: Role };
}

/** The registry, and what the policy of a tenant's key consists of. */
export function registryAndKeyPolicy(
  scope: Construct,
  { config, table, tenantRoleArn, roles }: RegistryProps,
) {
  const { partition, account } = Stack.of(scope);
  return {
    TABLE_NAME: table.tableName,
    TENANT_ROLE_ARN: tenantRoleArn,
    CONTROL_PLANE_ROLE_ARN: roles.controlPlane.roleArn,
    ACCOUNT_ID: account,
    PARTITION: partition,
    DELETION_WINDOW_IN_DAYS: String(config.deletionWindowInDays),
  };
}
