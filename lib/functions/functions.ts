/**
 * The functions behind the API, the session broker and the reconciler, one for each boundary of privilege: environment,
 * time, memory.
 */
import { Stack } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type Function as LambdaFunction, TenancyConfig } from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type {
  auditEnvironment,
  authorizerEnvironment,
  certificatesEnvironment,
  cryptoEnvironment,
  reconcilerEnvironment,
  sessionBrokerEnvironment,
  tenantsEnvironment,
} from '../../contract/environment.ts';
import type { Plane } from '../../contract/routes.ts';
import type { Config } from '../config/config.ts';
import { hasStoreOutsideAws } from '../config/key-stores.ts';
import { BundledFunction, type EnvironmentOf } from './bundled-function.ts';
import {
  brokeredSessions,
  brokerName,
  keyStores,
  ofApi,
  ownSignIn,
  registryAndKeyPolicy,
  tokens,
} from './environments.ts';
import type { OwnIssuer } from './own-issuer.ts';
import { ownIssuerEnvironment } from './own-issuer-environment.ts';

/** ARNs of the keys that sign certificates, by what they sign with. */
export interface CertificateKeys {
  readonly ecdsa: string;
  readonly mlDsa?: string;
}

export interface FunctionsProps {
  readonly config: Config;
  readonly key: IKey;
  readonly table: ITable;
  readonly macKeyTable: ITable;
  readonly tenantRoleArn: string;
  readonly certificateKeys: CertificateKeys;
  /** URL of the product's own issuer, if the configuration has no other */
  readonly issuer: string;
  /** that issuer, where the stack has one */
  readonly ownIssuer: OwnIssuer | undefined;
  /** the stack's own, if it has one */
  readonly trail: { readonly trailArn: string; readonly bucketName: string } | undefined;
  readonly auditTable: ITable;
  readonly auditReaderRoleArn: string;
  readonly allEventsReaderRoleArn: string;
  readonly roles: {
    readonly authorizer: Role;
    readonly controlPlane: Role;
    readonly dataPlane: Role;
    readonly certificates: Role;
    readonly reconciler: Role;
    readonly audit: Role;
    readonly sessionBroker: Role;
  };
}

export class Functions extends Construct {
  readonly authorizer: BundledFunction;
  readonly sessionBroker: BundledFunction;
  readonly tenants: BundledFunction;
  readonly crypto: BundledFunction;
  readonly certificates: BundledFunction;
  readonly reconciler: BundledFunction;
  readonly audit: BundledFunction;
  /** of certificates, and of the own issuer's tokens */
  readonly signingKeyArns: readonly string[];
  readonly ownIssuer: OwnIssuer | undefined;

  constructor(scope: Construct, id: string, props: FunctionsProps) {
    super(scope, id);
    this.authorizer = this.authorizerFunction(props);
    this.sessionBroker = this.sessionBrokerFunction(props);
    this.tenants = this.tenantsFunction(props);
    this.crypto = this.cryptoFunction(props);
    this.certificates = this.certificatesFunction(props);
    this.reconciler = this.reconcilerFunction(props);
    this.audit = this.auditFunction(props);
    const { ecdsa, mlDsa } = props.certificateKeys;
    this.ownIssuer = props.ownIssuer;
    this.signingKeyArns = [
      ecdsa,
      ...(mlDsa === undefined ? [] : [mlDsa]),
      ...(props.ownIssuer?.keyArns ?? []),
    ];
  }

  /** Those that API Gateway invokes. */
  get ofApi(): LambdaFunction[] {
    const { authorizer, tenants, crypto, certificates, audit } = this;
    const publisher = this.ownIssuer === undefined ? [] : [this.ownIssuer.publisher];
    return [authorizer, tenants, crypto, certificates, audit, ...publisher].map(
      (one) => one.function,
    );
  }

  /** Log groups of those that serve requests. */
  get requestLogs(): Readonly<Record<Plane, LogGroup>> {
    const { tenants, crypto, certificates, audit } = this;
    return {
      tenants: tenants.logs,
      crypto: crypto.logs,
      certificates: certificates.logs,
      audit: audit.logs,
    };
  }

  private authorizerFunction({ config, key, roles }: FunctionsProps): BundledFunction {
    const environment: EnvironmentOf<typeof authorizerEnvironment> = tokens(config);
    return new BundledFunction(this, 'Authorizer', {
      config,
      name: 'authorizer',
      description: 'tenant-keys: token to tenant and scopes',
      role: roles.authorizer,
      key,
      network: networkOf(config),
      // Every request waits for it. Within this time the issuer's keys must come, when they are not cached.
      timeoutSeconds: 5,
      // CPU comes with memory: a signature check needs little of it, a cold start much.
      memoryMegabytes: 512,
      environment,
    });
  }

  private sessionBrokerFunction(props: FunctionsProps): BundledFunction {
    const environment: EnvironmentOf<typeof sessionBrokerEnvironment> = {
      ...tokens(props.config),
      TENANT_ROLE_ARN: props.tenantRoleArn,
      AUDIT_READER_ROLE_ARN: props.auditReaderRoleArn,
      ALL_EVENTS_READER_ROLE_ARN: props.allEventsReaderRoleArn,
      ...ownIssuerEnvironment(props),
    };
    return new BundledFunction(this, 'SessionBroker', {
      config: props.config,
      name: 'session-broker',
      description: "tenant-keys: a tenant's session for that tenant's token",
      role: props.roles.sessionBroker,
      key: props.key,
      network: networkOf(props.config),
      // The issuer's keys, when they are not cached, and two attempts at STS. Who asks waits for 3 s, and asks again.
      timeoutSeconds: 10,
      memoryMegabytes: 512,
      environment,
    });
  }

  private tenantsFunction(props: FunctionsProps): BundledFunction {
    const environment: EnvironmentOf<typeof tenantsEnvironment> = {
      ...ofApi(props.config),
      ...keyStores(props),
      ...ownSignIn(props.config, this.sessionBroker),
      ...registryAndKeyPolicy(this, props),
      ROTATION_PERIOD_IN_DAYS: String(props.config.rotationPeriodInDays),
      ...(props.config.keyStores?.awsKmsExternal && brokerName(this.sessionBroker)),
    };
    return new BundledFunction(this, 'Tenants', {
      config: props.config,
      name: 'tenants',
      description: 'tenant-keys: tenant lifecycle, without cryptography',
      role: props.roles.controlPlane,
      key: props.key,
      network: storeNetworkOf(props.config),
      // API Gateway gives up after 29 s. One second less lets the function still answer.
      timeoutSeconds: 28,
      memoryMegabytes: 512,
      environment,
    });
  }

  private cryptoFunction(props: FunctionsProps): BundledFunction {
    const { tenantIsolation } = props.config;
    const environment: EnvironmentOf<typeof cryptoEnvironment> = {
      ...ofApi(props.config),
      ...brokeredSessions(props.config, this.sessionBroker),
      ...keyStores(props),
      // By which a tenant's role in another account knows for which stack it is asked.
      ...(props.config.keyStores?.awsKmsExternal && { ACCOUNT_ID: Stack.of(this).account }),
      TABLE_NAME: props.table.tableName,
      MAC_KEY_TABLE_NAME: props.macKeyTable.tableName,
      TENANT_ISOLATION: tenantIsolation ? 'true' : 'false',
      REGISTRY_TTL_SECONDS: String(props.config.registryTtlSeconds),
      DATA_KEY_MAX_AGE_SECONDS: String(props.config.dataKeyMaxAgeSeconds),
      DATA_KEY_MAX_MESSAGES: String(props.config.dataKeyMaxMessages),
      DATA_KEY_MAX_BYTES: String(props.config.dataKeyMaxBytes),
    };
    return new BundledFunction(this, 'Crypto', {
      config: props.config,
      name: 'crypto',
      description: 'tenant-keys: encryption and decryption for one tenant',
      role: props.roles.dataPlane,
      key: props.key,
      network: storeNetworkOf(props.config),
      timeoutSeconds: 15,
      // A request of 6 MB is in memory several times (base64, bytes, message), and CPU comes with memory:
      // 1,769 MB is one whole core.
      memoryMegabytes: 1769,
      environment,
      // Lambda takes this only at creation: switching it replaces the function.
      ...(tenantIsolation && { tenancyConfig: TenancyConfig.PER_TENANT }),
    });
  }

  private certificatesFunction(props: FunctionsProps): BundledFunction {
    const { config, table, trail } = props;
    const { ecdsa, mlDsa } = props.certificateKeys;
    const environment: EnvironmentOf<typeof certificatesEnvironment> = {
      ...ofApi(config),
      ...keyStores(props),
      ...ownSignIn(config, this.sessionBroker),
      TABLE_NAME: table.tableName,
      CERTIFICATE_KEY_ARN: ecdsa,
      ...(mlDsa !== undefined && { POST_QUANTUM_KEY_ARN: mlDsa }),
      STACK_NAME: Stack.of(this).stackName,
      AUDIT_RETENTION_DAYS: String(config.auditRetentionDays),
      ...(trail && { TRAIL_ARN: trail.trailArn, TRAIL_BUCKET_NAME: trail.bucketName }),
    };
    return new BundledFunction(this, 'Certificates', {
      config,
      name: 'certificates',
      description: 'tenant-keys: signed certificates of erasure',
      role: props.roles.certificates,
      key: props.key,
      network: storeNetworkOf(props.config),
      // One read, one look at KMS and the signatures at once, three attempts each.
      timeoutSeconds: 20,
      memoryMegabytes: 512,
      environment,
    });
  }

  private reconcilerFunction(props: FunctionsProps): BundledFunction {
    const environment: EnvironmentOf<typeof reconcilerEnvironment> = {
      ...keyStores(props),
      ...ownSignIn(props.config, this.sessionBroker),
      ...registryAndKeyPolicy(this, props),
      MAC_KEY_TABLE_NAME: props.macKeyTable.tableName,
      EVERY_MINUTES: String(props.config.reconcileEveryMinutes),
    };
    return new BundledFunction(this, 'Reconciler', {
      config: props.config,
      name: 'reconciler',
      description: 'tenant-keys: finishes what was cut off, repairs what has drifted',
      role: props.roles.reconciler,
      key: props.key,
      network: storeNetworkOf(props.config),
      // Lambda's longest. A run is slow, since it stays within KMS's quotas, and stops by itself before that.
      timeoutSeconds: 900,
      memoryMegabytes: 512,
      environment,
    });
  }

  private auditFunction(props: FunctionsProps): BundledFunction {
    const environment: EnvironmentOf<typeof auditEnvironment> = {
      ...ofApi(props.config),
      ...brokeredSessions(props.config, this.sessionBroker),
      AUDIT_TABLE_NAME: props.auditTable.tableName,
    };
    return new BundledFunction(this, 'Audit', {
      config: props.config,
      name: 'audit',
      description: "tenant-keys: who used a tenant's key",
      role: props.roles.audit,
      key: props.key,
      // A session and a page, three attempts each.
      timeoutSeconds: 20,
      memoryMegabytes: 512,
      environment,
    });
  }
}

/** Of those that work with tenants' keys. */
const storeNetworkOf = (config: Config) =>
  hasStoreOutsideAws(config.keyStores) ? networkOf(config) : undefined;

/** Of those that fetch an issuer's keys. */
const networkOf = ({ subnetIds, securityGroupIds }: Config) =>
  subnetIds && securityGroupIds && { subnetIds, securityGroupIds };
