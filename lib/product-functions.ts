/**
 * The functions behind the API, the session broker and the reconciler with the roles that are theirs alone, and whom each may
 * ask.
 */
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { KeySpec } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { trailArnOf } from './audit/audit-trail.ts';
import type { Config } from './config/config.ts';
import { hasStoreOutsideAws, ownIssuerAudiences } from './config/key-stores.ts';
import { ownNames } from './config/own-names.ts';
import type { BundledFunction } from './functions/bundled-function.ts';
import { type CertificateKeys, Functions } from './functions/functions.ts';
import { OwnIssuer } from './functions/own-issuer.ts';
import type { Storage } from './product-storage.ts';
import { CertificatesRole } from './roles/certificates-role.ts';
import { askForChallenges } from './roles/external-challenge.ts';
import { StoreSignIn } from './roles/key-store-access.ts';
import type { SessionRoles } from './roles/session-roles.ts';
import { CertificateKey } from './storage/certificate-key.ts';

export interface Administration {
  readonly controlPlane: Role;
  readonly reconciler: Role;
}

interface FunctionsParts {
  readonly config: Config;
  readonly storage: Storage;
  readonly sessions: SessionRoles;
  readonly administration: Administration;
  /** URL of the product's own issuer, if the configuration has no other */
  readonly issuer: string;
}

/** @param scope in which they are made, each by itself */
export function makeFunctions(scope: Construct, parts: FunctionsParts): Functions {
  const { config, storage, sessions, administration, issuer } = parts;
  const { trail, trailLogs: _, ...keyAndTables } = storage;
  const { broker, tenant, auditReader, allEventsReader, dataPlane, audit } = sessions;
  const authorizer = new Role(scope, 'AuthorizerRole', {
    description: 'tenant-keys: checks tokens; needs nothing of AWS but its log',
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
  });
  const { table } = storage;
  const { role: certificates } = new CertificatesRole(scope, 'CertificatesRole', { table });
  const certificateKeys = makeCertificateKeys(scope, config, certificates.roleArn);
  const ownIssuer = makeOwnIssuer(scope, parts);
  const functions = new Functions(scope, 'Functions', {
    config,
    ...keyAndTables,
    tenantRoleArn: tenant.roleArn,
    certificateKeys,
    issuer,
    ownIssuer,
    // By its name: the trail itself names the functions.
    trail: trail && { trailArn: trailArnOf(scope), bucketName: trail.bucket.bucketName },
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
  letAsk(parts, functions);
  if (hasStoreOutsideAws(config.keyStores)) makeSignIns(scope, config, functions);
  return functions;
}

/** The broker, by whose sessions all else is done. */
function letAsk({ config, sessions, administration }: FunctionsParts, functions: Functions): void {
  const { broker, tenant, auditReader, allEventsReader, dataPlane, audit } = sessions;
  const { functionArn } = functions.sessionBroker.function;
  broker.mayOpen(
    [tenant, auditReader, allEventsReader].map((role) => role.roleArn),
    functionArn,
    { signs: functions.ownIssuer !== undefined, stores: config.keyStores },
  );
  if (config.keyStores?.awsKmsExternal) askForChallenges(administration.controlPlane, functionArn);
  for (const client of [dataPlane, audit]) client.mayAsk(functionArn);
}

/** Of the functions that administer keys: each as itself. */
function makeSignIns(scope: Construct, { keyStores: stores }: Config, functions: Functions): void {
  const { tenants, reconciler, certificates } = functions;
  const { functionArn: brokerArn } = functions.sessionBroker.function;
  const signIn = (id: string, { role, function: { functionArn } }: BundledFunction) =>
    new StoreSignIn(scope, id, { role, functionArn, brokerArn, stores });
  signIn('ControlPlaneSignIn', tenants);
  signIn('ReconcilerSignIn', reconciler);
  signIn('CertificatesSignIn', certificates);
}

/** For key stores that take its tokens. */
function makeOwnIssuer(
  scope: Construct,
  { config, storage: { key }, sessions, issuer: ofApi }: FunctionsParts,
): OwnIssuer | undefined {
  const { keyStores: stores } = config;
  if (stores === undefined || Object.keys(ownIssuerAudiences(stores)).length === 0)
    return undefined;
  const { url: issuer = ofApi, key: issuerKey } = stores.ownIssuer;
  const brokerRoleArn = sessions.broker.role.roleArn;
  return new OwnIssuer(scope, 'OwnIssuer', { config, key, brokerRoleArn, issuer, issuerKey });
}

function makeCertificateKeys(
  scope: Construct,
  config: Config,
  certificatesRoleArn: string,
): CertificateKeys {
  const { ownAliasOf } = ownNames(scope);
  const key = (id: string, keySpec: KeySpec, alias: string) =>
    new CertificateKey(scope, id, { certificatesRoleArn, keySpec, alias }).key.keyArn;
  const { ECC_NIST_P256, ML_DSA_65 } = KeySpec;
  return {
    ecdsa: key('CertificateKey', ECC_NIST_P256, ownAliasOf('certificates')),
    ...(config.postQuantumSignature && {
      mlDsa: key('PostQuantumKey', ML_DSA_65, ownAliasOf('certificates-post-quantum')),
    }),
  };
}
