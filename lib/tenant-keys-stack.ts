/** The stack, composed. What each part is for stands with the part. */
import { CfnOutput, Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type ILogGroup, LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { Api } from './api.ts';
import { AuditIndexer } from './audit-indexer.ts';
import { AuditReaderRole } from './audit-reader-role.ts';
import { AuditTable } from './audit-table.ts';
import { AuditTrail, trailArnOf } from './audit-trail.ts';
import { Canary } from './canary.ts';
import { CertificateKey } from './certificate-key.ts';
import { CertificatesRole } from './certificates-role.ts';
import type { Config } from './config.ts';
import { ControlPlaneRole } from './control-plane-role.ts';
import { DeclaredTenants } from './declared-tenants.ts';
import { Functions } from './functions.ts';
import { Monitoring } from './monitoring/monitoring.ts';
import { ProductKey } from './product-key.ts';
import { ReconcilerRole } from './reconciler-role.ts';
import { Schedule } from './schedule.ts';
import { SessionOpenerRole } from './session-opener-role.ts';
import { TenantRole } from './tenant-role.ts';
import { TenantTable } from './tenant-table.ts';
import { Volumes } from './volumes.ts';

export interface TenantKeysStackProps {
  readonly config: Config;
}

export class TenantKeysStack extends Stack {
  constructor(scope: Construct, id: string, { config }: TenantKeysStackProps) {
    // Without account and region, which the CLI adds: one template for all.
    super(scope, id, { description: 'tenant-keys: a KMS key for each tenant of a SaaS' });
    const { rotationPeriodInDays, deletionWindowInDays } = config;
    const trailArn = config.trail ? trailArnOf(this) : undefined;
    const { key } = new ProductKey(this, 'ProductKey', { rotationPeriodInDays, trailArn });
    const { table } = new TenantTable(this, 'TenantTable', { key });

    const { table: auditTable } = new AuditTable(this, 'AuditTable', { key });
    const trail = trailArn
      ? new AuditTrail(this, 'AuditTrail', { config, key, trailArn })
      : undefined;

    const dataPlane = new SessionOpenerRole(this, 'DataPlaneRole', {
      description: 'tenant-keys: becomes the session of one tenant, and nothing else',
    });
    const tenant = new TenantRole(this, 'TenantRole', { table, dataPlaneRole: dataPlane.role });
    dataPlane.mayAssume(tenant.roleArn);
    const controlPlane = new ControlPlaneRole(this, 'ControlPlaneRole', {
      table,
      deletionWindowInDays,
    });
    const authorizerRole = new Role(this, 'AuthorizerRole', {
      description: 'tenant-keys: checks tokens; needs nothing of AWS but its log',
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });

    const audit = new SessionOpenerRole(this, 'AuditRole', {
      description:
        "tenant-keys: opens the session that reads one tenant's events, and nothing else",
    });
    const auditReader = new AuditReaderRole(this, 'AuditReaderRole', {
      auditTable,
      auditRole: audit.role,
    });
    audit.mayAssume(auditReader.roleArn);

    const certificates = new CertificatesRole(this, 'CertificatesRole', { table });
    const certificateKey = new CertificateKey(this, 'CertificateKey', {
      certificatesRoleArn: certificates.role.roleArn,
    });
    const reconciler = new ReconcilerRole(this, 'ReconcilerRole', { table, deletionWindowInDays });

    const functions = new Functions(this, 'Functions', {
      config,
      key,
      table,
      tenantRoleArn: tenant.roleArn,
      certificateKeyArn: certificateKey.key.keyArn,
      auditTable,
      auditReaderRoleArn: auditReader.roleArn,
      roles: {
        authorizer: authorizerRole,
        controlPlane: controlPlane.role,
        dataPlane: dataPlane.role,
        certificates: certificates.role,
        reconciler: reconciler.role,
        audit: audit.role,
      },
    });
    new Schedule(this, 'ReconcilerSchedule', {
      name: 'Reconciler',
      function: functions.reconciler.function,
      everyMinutes: config.reconcileEveryMinutes,
    });
    if (config.tenants.length > 0) {
      const roles = {
        tenantRoleArn: tenant.roleArn,
        controlPlaneRoleArn: controlPlane.role.roleArn,
      };
      new DeclaredTenants(this, 'DeclaredTenants', { config, table, key, ...roles });
    }
    const api = new Api(this, 'Api', { config, key, functions });
    const trailLogs = trail?.logs ?? this.foreignTrailLogs(config);
    const indexer = new AuditIndexer(this, 'AuditIndexer', {
      config,
      key,
      table,
      auditTable,
      controlPlaneRoleArn: controlPlane.role.roleArn,
      tenantRoleArn: tenant.roleArn,
      trailLogs,
      requestLogs: functions.crypto.logs,
    });
    new Volumes(this, 'Volumes', { key, table, auditTable });

    if (config.canary) {
      new Canary(this, 'Canary', {
        config,
        key,
        table,
        auditTable,
        tenantRole: tenant,
        auditReaderRole: auditReader,
        controlPlaneRoleArn: controlPlane.role.roleArn,
      });
    }

    const { authorizer, tenants, crypto } = functions;
    new Monitoring(this, 'Monitoring', {
      config,
      key,
      stage: api.api.deploymentStage,
      functions: {
        authorizer: authorizer.function,
        tenants: tenants.function,
        crypto: crypto.function,
        certificates: functions.certificates.function,
        audit: functions.audit.function,
        indexer: indexer.bundled.function,
      },
      logs: {
        access: api.accessLogs,
        authorizer: authorizer.logs,
        crypto: crypto.logs,
        indexer: indexer.bundled.logs,
        reconciler: functions.reconciler.logs,
        trail: trailLogs,
      },
      trail: trail && { trailArn: trail.trailArn, bucketName: trail.bucket.bucketName },
      roles: {
        tenant: tenant.roleArn,
        controlPlane: controlPlane.role.roleArn,
        reconciler: reconciler.role.roleArn,
        others: [dataPlane.role.roleArn, audit.role.roleArn, auditReader.roleArn],
      },
      indexerFailures: indexer.failures,
    });

    const outputs = {
      ApiUrl: api.url,
      TableName: table.tableName,
      AuditTableName: auditTable.tableName,
      TenantRoleArn: tenant.roleArn,
      ...(trail && { TrailArn: trail.trailArn }),
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }

  private foreignTrailLogs({ trailLogGroup }: Config): ILogGroup | undefined {
    if (trailLogGroup === undefined) return undefined;
    return LogGroup.fromLogGroupName(this, 'TrailLogs', trailLogGroup);
  }
}
