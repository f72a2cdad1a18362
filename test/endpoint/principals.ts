/**
 * Opens the identities that try something. Each first does what it may: else an endpoint that refuses everything, or
 * does not know a role yet, would pass for one that enforces the policies.
 */
import type { STS } from '@aws-sdk/client-sts';
import { type Clients, clientsOf, type Keys, keysOf } from './clients.ts';
import type { Harness, Run } from './harness.ts';
import type { Identities, Tenant, TenantSession } from './identities.ts';
import { keyPolicyOf } from './key-at-rest.ts';
import { isNotYet } from './patience.ts';

export interface SessionRequest {
  readonly sessionName: string;
  /** value of the tag TenantId; absent: no tag */
  readonly tag?: string;
}

export async function assumeTenantRole(
  sts: STS,
  RoleArn: string,
  { sessionName, tag }: SessionRequest,
): Promise<Keys> {
  const { Credentials } = await sts.assumeRole({
    RoleArn,
    RoleSessionName: sessionName,
    ...(tag !== undefined && { Tags: [{ Key: 'TenantId', Value: tag }] }),
  });
  return keysOf(Credentials);
}

export async function openIdentities(
  run: Run,
  harness: Harness,
  [first, second]: readonly [Tenant, Tenant],
): Promise<Identities> {
  const { blueprint, dataPlane, controlPlane, sessionBroker } = harness;
  const { report, patience, caller: administrator } = run;
  const tenant = await tenantSession(run, harness, first);
  const neighbour = await tenantSession(run, harness, second);
  const reads = (what: string, { kms }: Clients) =>
    report.step(`${what} reads the policy of a tenant's key`, () =>
      patience.insist(
        () => kms.getKeyPolicy({ KeyId: first.keyArn, PolicyName: 'default' }),
        isNotYet,
      ),
    );
  await reads('the control plane', controlPlane);
  await reads('the administrator', administrator);
  return {
    tenant,
    neighbour,
    dataPlane,
    sessionBroker,
    controlPlane,
    administrator,
    destination: run.destination,
    tableName: blueprint.table.TableName,
    tenantRoleArn: blueprint.tenantRole.arn,
    keyPolicy: JSON.stringify(keyPolicyOf(blueprint, first.tenantId)),
  };
}

function tenantSession(
  { report, patience, destination }: Run,
  { blueprint, sessionBroker }: Harness,
  tenant: Tenant,
): Promise<TenantSession> {
  const { tenantId, keyArn } = tenant;
  const step = `the session of ${tenantId} uses its own key and reads its own row`;
  const open = async (): Promise<TenantSession> => {
    const keys = await assumeTenantRole(sessionBroker.sts, blueprint.tenantRole.arn, {
      sessionName: tenantId,
      tag: tenantId,
    });
    const clients = clientsOf(destination, keys);
    const { CiphertextBlob } = await clients.kms.encrypt({
      KeyId: keyArn,
      Plaintext: Buffer.from('x'),
      EncryptionContext: { TenantId: tenantId },
    });
    const { Item } = await clients.dynamodb.getItem({
      TableName: blueprint.table.TableName,
      Key: { tenantId: { S: tenantId } },
    });
    if (CiphertextBlob === undefined || Item === undefined) throw new Error('there was no answer');
    return { ...clients, ...tenant, ciphertext: CiphertextBlob };
  };
  return report.step(step, () => patience.insist(open, isNotYet));
}
