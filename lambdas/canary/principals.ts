/**
 * The principals of one run, and the ciphertexts that they need. Invariant: where a session or a ciphertext is
 * missing, the probe that needs it gets NotTried, so that the refusal of the one is never taken for the refusal of
 * the other.
 */
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { EncryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { STSClient } from '@aws-sdk/client-sts';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { canaryKeys, type KeyName } from '../../contract/canary-keys.ts';
import { type CanaryTenant, tenantA, tenantB } from '../../contract/canary-tenants.ts';
import { tenantIdTag } from '../../contract/tenant-id.ts';
import type { clientConfiguration } from '../aws/client-config.ts';
import { assume, assumptionFor, type Clients } from './assume-role.ts';
import { NotTried } from './outcome.ts';
import type { Targets } from './targets.ts';

export const sessions = {
  a: { title: "canary_a's session", tenantId: tenantA, roleOf: 'tenantRoleArn' },
  b: { title: "canary_b's session", tenantId: tenantB, roleOf: 'tenantRoleArn' },
  readerA: {
    title: "canary_a's audit session",
    tenantId: tenantA,
    roleOf: 'auditReaderRoleArn',
  },
  readerB: {
    title: "canary_b's audit session",
    tenantId: tenantB,
    roleOf: 'auditReaderRoleArn',
  },
  sessionBroker: {
    title: "the session broker's role outside of its function",
    tenantId: tenantA,
    roleOf: 'sessionBrokerRoleArn',
  },
  dataPlane: { title: "the data plane's role", tenantId: tenantA, roleOf: 'dataPlaneRoleArn' },
  audit: { title: "the audit function's role", tenantId: tenantA, roleOf: 'auditRoleArn' },
} as const;
export type SessionName = keyof typeof sessions;
export type Principal = SessionName | 'canary';
export const everyPrincipal: readonly Principal[] = [
  ...(Object.keys(sessions) as SessionName[]),
  'canary',
];
export const titleOf = (principal: Principal): string =>
  principal === 'canary' ? "the canary's own role" : sessions[principal].title;

export interface Principals {
  readonly targets: Targets;
  /** @throws NotTried */
  as(principal: Principal): Promise<Clients>;
  /** @throws what STS says */
  open(session: SessionName): Promise<Clients>;
  /**
   * @returns what the key's user has encrypted with it
   * @throws NotTried
   */
  ciphertextOf(key: KeyName): Promise<Uint8Array>;
  /** @throws what KMS says, NotTried */
  encrypt(key: KeyName): Promise<Uint8Array>;
  /** ends the connections, which all clients share */
  close(): void;
}

/** The only plaintext of these keys. */
export const plaintext = new TextEncoder().encode('canary');

export const contextOf = (tenantId: CanaryTenant) => ({ [tenantIdTag]: tenantId });

/** Tests give what Lambda puts into the environment. */
type Configuration = typeof clientConfiguration &
  Pick<DynamoDBClientConfig, 'credentials' | 'endpoint' | 'region'>;

/** @param configuration of clients with the canary's own credentials */
export function openPrincipals(targets: Targets, configuration: Configuration): Principals {
  const canary = clientsWith(configuration);
  const opened = new Map<SessionName, Promise<Clients>>();
  const encrypted = new Map<KeyName, Promise<Uint8Array>>();

  const open = (session: SessionName) =>
    once(opened, session, async () => {
      const { tenantId, roleOf } = sessions[session];
      const credentials = await assume(canary.sts, targets[roleOf], assumptionFor(tenantId));
      return clientsWith({
        ...configuration,
        requestHandler: canary.kms.config.requestHandler as never,
        credentials,
      });
    });
  const as = (principal: Principal) =>
    principal === 'canary' ? Promise.resolve(canary) : needed(open(principal));
  const encrypt = (key: KeyName) =>
    once(encrypted, key, async () => {
      const { user } = canaryKeys[key];
      const { kms } = await as(user === tenantA ? 'a' : 'b');
      const { CiphertextBlob } = await kms.send(
        new EncryptCommand({
          KeyId: targets.keys[key],
          Plaintext: plaintext,
          EncryptionContext: contextOf(user),
        }),
      );
      return CiphertextBlob as Uint8Array;
    });
  return {
    targets,
    as,
    open,
    encrypt,
    ciphertextOf: (key) => needed(encrypt(key)),
    close: () => canary.kms.destroy(),
  };
}

function clientsWith(configuration: Configuration): Clients {
  const kms = new KMSClient(configuration);
  const { requestHandler } = kms.config;
  const shared = { ...configuration, requestHandler };
  // A number that cannot be converted would make an error of an answer, and hide that the probe got through.
  const unmarshallOptions = { wrapNumbers: true };
  const dynamodb = DynamoDBDocumentClient.from(new DynamoDBClient(shared), { unmarshallOptions });
  return { kms, sts: new STSClient(shared), dynamodb };
}

function once<K, T>(kept: Map<K, Promise<T>>, key: K, make: () => Promise<T>): Promise<T> {
  const made = kept.get(key) ?? make();
  kept.set(key, made);
  return made;
}

async function needed<T>(thing: Promise<T>): Promise<T> {
  try {
    return await thing;
  } catch (error) {
    throw new NotTried(error);
  }
}
