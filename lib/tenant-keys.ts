/** The product as one construct. It composes the others, each of which says what it is for. */
import { Lazy, Tags } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { ManagedPolicy, PermissionsBoundary, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IKey, KeySpec } from 'aws-cdk-lib/aws-kms';
import { type ILogGroup, LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { Api } from './api/api.ts';
import { issuerUrlOf } from './api/issuer-documents.ts';
import { AuditIndexer } from './audit/audit-indexer.ts';
import { AuditTrail, trailArnOf } from './audit/audit-trail.ts';
import { DecryptAnomalies } from './audit/decrypt-anomalies.ts';
import { Canary } from './canary/canary.ts';
import type { Config } from './config/config.ts';
import { hasStoreOutsideAws, ownIssuerAudiences } from './config/key-stores.ts';
import { ownNames, setName } from './config/own-names.ts';
import type { BundledFunction } from './functions/bundled-function.ts';
import { type CertificateKeys, Functions } from './functions/functions.ts';
import { OwnIssuer } from './functions/own-issuer.ts';
import { Schedule } from './functions/schedule.ts';
import { holdFeatureFlags } from './host/feature-flags.ts';
import { addOwnTag, removeForeignTags } from './host/own-tags.ts';
import { References } from './host/references.ts';
import { Monitoring } from './monitoring/monitoring.ts';
import { acknowledgeComplianceFindings } from './nag/compliance-findings.ts';
import { outputsOf } from './outputs.ts';
import { CertificatesRole } from './roles/certificates-role.ts';
import { ControlPlaneRole } from './roles/control-plane-role.ts';
import { askForChallenges } from './roles/external-challenge.ts';
import { StoreSignIn } from './roles/key-store-access.ts';
import { ReconcilerRole } from './roles/reconciler-role.ts';
import { makeSessionRoles, type SessionRoles } from './roles/session-roles.ts';
import { CertificateKey } from './storage/certificate-key.ts';
import { ProductKey } from './storage/product-key.ts';
import { AuditTable, MacKeyTable, TenantTable } from './storage/tables.ts';
import { DeclaredTenants } from './tenants/declared-tenants.ts';

export interface TenantKeysProps {
  readonly config: Config;
}

/** The product's key and what it encrypts. */
interface Storage {
  readonly key: IKey;
  readonly table: ITable;
  readonly macKeyTable: ITable;
  readonly auditTable: ITable;
  readonly trail: AuditTrail | undefined;
  /** to which a trail writes, the stack's own or an organization's */
  readonly trailLogs: ILogGroup | undefined;
}

interface Administration {
  readonly controlPlane: Role;
  readonly reconciler: Role;
}

export type RoleArns = Readonly<
  Record<
    | 'tenant'
    | 'auditReader'
    | 'allEventsReader'
    | 'sessionBroker'
    | 'dataPlane'
    | 'audit'
    | 'controlPlane'
    | 'reconciler'
    | 'certificates',
    string
  >
>;

export class TenantKeys extends Construct {
  /** names and ARNs that operators need, by the names of the stack's outputs */
  readonly outputs: Readonly<Record<string, string>>;
  /** of the API, with its stage and without a slash at its end */
  readonly url: string;
  /** of the API's stage, for a web ACL */
  readonly stageArn: string;
  readonly references: References;
  readonly roleArns: RoleArns;

  constructor(scope: Construct, id: string, { config }: TenantKeysProps) {
    super(scope, id);
    setName(this, config.name);
    holdFeatureFlags(this);
    removeForeignTags(this);
    const { productTag } = ownNames(this);
    // By this the policies of the product's own keys know the roles that may not change them.
    addOwnTag(this, productTag.key, productTag.value, ['AWS::IAM::Role']);
    this.operatorsSettings(config);
    const { deletionWindowInDays } = config;
    const storage = this.storage(config);
    const { key, table, macKeyTable, auditTable } = storage;
    const sessions = makeSessionRoles(this, storage, config);
    const administration = {
      controlPlane: new ControlPlaneRole(this, 'ControlPlaneRole', { table, deletionWindowInDays })
        .role,
      reconciler: new ReconcilerRole(this, 'ReconcilerRole', {
        table,
        macKeyTable,
        deletionWindowInDays,
      }).role,
    };
    const functions = this.functions(config, storage, sessions, administration);
    new Schedule(this, 'ReconcilerSchedule', {
      name: 'Reconciler',
      function: functions.reconciler.function,
      everyMinutes: config.reconcileEveryMinutes,
    });
    const roleArns = {
      tenantRoleArn: sessions.tenant.roleArn,
      controlPlaneRoleArn: administration.controlPlane.roleArn,
    };
    if (config.tenants.length > 0) {
      new DeclaredTenants(this, 'DeclaredTenants', { config, table, key, ...roleArns });
    }
    if (config.functionEvents) {
      const { function: broker } = functions.sessionBroker;
      storage.trail?.recordInvocations([...functions.ofApi, broker]);
    }
    const api = new Api(this, 'Api', { config, key, functions });
    const indexer = new AuditIndexer(this, 'AuditIndexer', {
      config,
      ...storage,
      roleArns: {
        controlPlane: administration.controlPlane.roleArn,
        reconciler: administration.reconciler.roleArn,
        certificates: functions.certificates.role.roleArn,
        tenant: sessions.tenant.roleArn,
        sessionBroker: sessions.broker.role.roleArn,
      },
      requestLogs: functions.requestLogs,
      reconcilerLogs: functions.reconciler.logs,
      sessionBrokerLogs: functions.sessionBroker.logs,
      accessLogs: api.accessLogs,
    });
    new DecryptAnomalies(this, 'Volumes', { config, key, table, auditTable });
    const canary = config.canary ? this.canary(config, storage, sessions, roleArns) : undefined;
    const monitoring = this.monitoring(config, storage, {
      api,
      functions,
      indexer,
      sessions,
      administration,
    });
    acknowledgeComplianceFindings(this);

    this.url = api.url;
    this.stageArn = api.api.deploymentStage.stageArn;
    this.references = new References(this, 'References', {
      ...storage,
      restApiId: api.api.restApiId,
      topic: monitoring.topic,
    });
    this.roleArns = {
      tenant: sessions.tenant.roleArn,
      auditReader: sessions.auditReader.roleArn,
      allEventsReader: sessions.allEventsReader.roleArn,
      sessionBroker: sessions.broker.role.roleArn,
      dataPlane: sessions.dataPlane.role.roleArn,
      audit: sessions.audit.role.roleArn,
      controlPlane: administration.controlPlane.roleArn,
      reconciler: administration.reconciler.roleArn,
      certificates: functions.certificates.role.roleArn,
    };

    this.outputs = outputsOf(this, {
      ...storage,
      api,
      tenantRole: sessions.tenant,
      indexer,
      monitoring,
      canary,
    });
  }

  /** For whatever the construct has when it is synthesized. */
  private operatorsSettings({ tags, permissionsBoundaryArn }: Config): void {
    for (const [name, value] of Object.entries(tags)) Tags.of(this).add(name, value);
    if (permissionsBoundaryArn === undefined) return;
    const boundary = ManagedPolicy.fromManagedPolicyArn(this, 'Boundary', permissionsBoundaryArn);
    PermissionsBoundary.of(this).apply(boundary);
  }

  private storage(config: Config): Storage {
    const { rotationPeriodInDays, trailLogGroup } = config;
    const trailArn = config.trail ? trailArnOf(this) : undefined;
    const { key } = new ProductKey(this, 'ProductKey', {
      rotationPeriodInDays,
      trailArn,
      alarmTopic: config.alarmTopicArn === undefined,
    });
    const { table } = new TenantTable(this, 'TenantTable', { key, name: config.tableName });
    const { table: macKeyTable } = new MacKeyTable(this, 'MacKeyTable', {
      key,
      name: config.macKeyTableName,
    });
    const { table: auditTable } = new AuditTable(this, 'AuditTable', {
      key,
      name: config.auditTableName,
    });
    if (trailArn !== undefined) {
      const trail = new AuditTrail(this, 'AuditTrail', { config, key, trailArn });
      return { key, table, macKeyTable, auditTable, trail, trailLogs: trail.logs };
    }
    const trailLogs =
      trailLogGroup === undefined
        ? undefined
        : LogGroup.fromLogGroupName(this, 'TrailLogs', trailLogGroup);
    return { key, table, macKeyTable, auditTable, trail: undefined, trailLogs };
  }

  private canary(
    config: Config,
    storage: Storage,
    sessions: SessionRoles,
    { controlPlaneRoleArn }: { readonly controlPlaneRoleArn: string },
  ): Canary {
    return new Canary(this, 'Canary', {
      ...storage,
      config,
      tenantRole: sessions.tenant,
      auditReaderRole: sessions.auditReader,
      allEventsReaderRoleArn: sessions.allEventsReader.roleArn,
      executionRoles: {
        sessionBroker: sessions.broker.role,
        dataPlane: sessions.dataPlane.role,
        audit: sessions.audit.role,
      },
      controlPlaneRoleArn,
    });
  }

  private functions(
    config: Config,
    { key, table, macKeyTable, auditTable, trail }: Storage,
    { broker, tenant, auditReader, allEventsReader, dataPlane, audit }: SessionRoles,
    administration: Administration,
  ): Functions {
    const authorizer = new Role(this, 'AuthorizerRole', {
      description: 'tenant-keys: checks tokens; needs nothing of AWS but its log',
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    const { role: certificates } = new CertificatesRole(this, 'CertificatesRole', { table });
    const certificateKeys = this.certificateKeys(config, certificates.roleArn);
    // The API comes after the functions, and its URL needs none of them.
    const issuer = Lazy.string({ produce: () => issuerUrlOf(this.url) });
    const ownIssuer = this.ownIssuer(config, key, broker.role.roleArn, issuer);
    const functions = new Functions(this, 'Functions', {
      config,
      key,
      table,
      macKeyTable,
      auditTable,
      tenantRoleArn: tenant.roleArn,
      certificateKeys,
      issuer,
      ownIssuer,
      // By its name: the trail itself names the functions.
      trail: trail && { trailArn: trailArnOf(this), bucketName: trail.bucket.bucketName },
      auditReaderRoleArn: auditReader.roleArn,
      allEventsReaderRoleArn: allEventsReader.roleArn,
      roles: {
        authorizer,
        certificates,
        sessionBroker: broker.role,
        dataPlane: dataPlane.role,
        audit: audit.role,
        ...administration,
      },
    });
    const { functionArn } = functions.sessionBroker.function;
    broker.mayOpen(
      [tenant, auditReader, allEventsReader].map((role) => role.roleArn),
      functionArn,
      { signs: ownIssuer !== undefined, stores: config.keyStores },
    );
    if (config.keyStores?.awsKmsExternal)
      askForChallenges(administration.controlPlane, functionArn);
    for (const client of [dataPlane, audit]) client.mayAsk(functionArn);
    if (hasStoreOutsideAws(config.keyStores)) this.signIns(config, functions);
    return functions;
  }

  /** Of the functions that administer keys: each as itself. */
  private signIns({ keyStores: stores }: Config, functions: Functions): void {
    const { tenants, reconciler, certificates } = functions;
    const { functionArn: brokerArn } = functions.sessionBroker.function;
    const signIn = (id: string, { role, function: { functionArn } }: BundledFunction) =>
      new StoreSignIn(this, id, { role, functionArn, brokerArn, stores });
    signIn('ControlPlaneSignIn', tenants);
    signIn('ReconcilerSignIn', reconciler);
    signIn('CertificatesSignIn', certificates);
  }

  /** For key stores that take its tokens. */
  private ownIssuer(
    config: Config,
    key: IKey,
    brokerRoleArn: string,
    ofApi: string,
  ): OwnIssuer | undefined {
    const { keyStores: stores } = config;
    if (stores === undefined || Object.keys(ownIssuerAudiences(stores)).length === 0)
      return undefined;
    const { url: issuer = ofApi, key: issuerKey } = stores.ownIssuer;
    return new OwnIssuer(this, 'OwnIssuer', { config, key, brokerRoleArn, issuer, issuerKey });
  }

  private certificateKeys(config: Config, certificatesRoleArn: string): CertificateKeys {
    const { ownAliasOf } = ownNames(this);
    const key = (id: string, keySpec: KeySpec, alias: string) =>
      new CertificateKey(this, id, { certificatesRoleArn, keySpec, alias }).key.keyArn;
    const { ECC_NIST_P256, ML_DSA_65 } = KeySpec;
    return {
      ecdsa: key('CertificateKey', ECC_NIST_P256, ownAliasOf('certificates')),
      ...(config.postQuantumSignature && {
        mlDsa: key('PostQuantumKey', ML_DSA_65, ownAliasOf('certificates-post-quantum')),
      }),
    };
  }

  private monitoring(
    config: Config,
    { key, trail, trailLogs }: Storage,
    parts: {
      readonly api: Api;
      readonly functions: Functions;
      readonly indexer: AuditIndexer;
      readonly sessions: SessionRoles;
      readonly administration: Administration;
    },
  ): Monitoring {
    const { api, functions, indexer, sessions, administration } = parts;
    const { authorizer, sessionBroker, tenants, crypto, certificates, audit, reconciler } =
      functions;
    return new Monitoring(this, 'Monitoring', {
      product: this,
      config,
      key,
      stage: api.api.deploymentStage,
      functions: {
        authorizer: authorizer.function,
        sessionBroker: sessionBroker.function,
        tenants: tenants.function,
        crypto: crypto.function,
        certificates: certificates.function,
        audit: audit.function,
        indexer: indexer.bundled.function,
      },
      logs: {
        access: api.accessLogs,
        authorizer: authorizer.logs,
        sessionBroker: sessionBroker.logs,
        crypto: crypto.logs,
        indexer: indexer.bundled.logs,
        reconciler: reconciler.logs,
        trail: trailLogs,
      },
      signingKeyArns: functions.signingKeyArns,
      functionsOfApi: functions.ofApi,
      trail: trail && { trailArn: trail.trailArn, bucketName: trail.bucket.bucketName },
      roles: {
        tenant: sessions.tenant.roleArn,
        controlPlane: administration.controlPlane.roleArn,
        reconciler: administration.reconciler.roleArn,
        sessionClients: [sessions.dataPlane.role.roleArn, sessions.audit.role.roleArn],
      },
      indexerFailures: indexer.failures,
    });
  }
}
