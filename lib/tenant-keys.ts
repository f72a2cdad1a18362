/** The product as one construct. It composes the others, each of which says what it is for. */
import { Lazy, Tags } from 'aws-cdk-lib';
import { ManagedPolicy, PermissionsBoundary } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { Api } from './api/api.ts';
import { issuerUrlOf } from './api/issuer-documents.ts';
import { AuditIndexer } from './audit/audit-indexer.ts';
import { DecryptAnomalies } from './audit/decrypt-anomalies.ts';
import { Canary } from './canary/canary.ts';
import type { Config } from './config/config.ts';
import { ownNames, setName } from './config/own-names.ts';
import type { Functions } from './functions/functions.ts';
import { Schedule } from './functions/schedule.ts';
import { holdFeatureFlags } from './host/feature-flags.ts';
import { addOwnTag, removeForeignTags } from './host/own-tags.ts';
import { References } from './host/references.ts';
import { Monitoring } from './monitoring/monitoring.ts';
import { acknowledgeComplianceFindings } from './nag/compliance-findings.ts';
import { outputsOf } from './outputs.ts';
import { type Administration, makeFunctions } from './product-functions.ts';
import { makeStorage, type Storage } from './product-storage.ts';
import { ControlPlaneRole } from './roles/control-plane-role.ts';
import { ReconcilerRole } from './roles/reconciler-role.ts';
import { makeSessionRoles, type SessionRoles } from './roles/session-roles.ts';
import { DeclaredTenants } from './tenants/declared-tenants.ts';

export interface TenantKeysProps {
  readonly config: Config;
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
    const storage = makeStorage(this, config);
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
    const functions = makeFunctions(this, {
      config,
      storage,
      sessions,
      administration,
      // The API comes after the functions, and its URL needs none of them.
      issuer: Lazy.string({ produce: () => issuerUrlOf(this.url) }),
    });
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
