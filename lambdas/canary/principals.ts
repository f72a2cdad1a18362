/**
 * Who plays in a run, and with what. Invariant: a session or a ciphertext that could not be had is NotTried to
 * whoever needs it, so that the refusal of the one is never taken for the refusal of the other.
 */
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { EncryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { STSClient } from '@aws-sdk/client-sts';
import { canaryKeys, type KeyName } from '../../contract/canary-keys.ts';
import { type CanaryTenant, tenantA, tenantB } from '../../contract/canary-tenants.ts';
import { tenantIdTag } from '../../contract/tenant-id.ts';
import type { clientConfiguration } from '../aws/client-config.ts';
import { assume, type Clients, sessionOf } from './assume-role.ts';
import { NotTried } from './outcome.ts';
import type { Places } from './targets.ts';

export const actors = {
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
} as const;
export type SessionName = keyof typeof actors;
export type Actor = SessionName | 'canary';
export const titleOf = (actor: Actor): string =>
  actor === 'canary' ? "the canary's own role" : actors[actor].title;

export interface Cast {
  readonly places: Places;
  /** @throws NotTried */
  as(actor: Actor): Promise<Clients>;
  /** @throws what STS says */
  open(session: SessionName): Promise<Clients>;
  /** @returns what the key's user has encrypted with it. @throws NotTried */
  ciphertextOf(key: KeyName): Promise<Uint8Array>;
  /** @throws what KMS says, NotTried */
  seal(key: KeyName): Promise<Uint8Array>;
  /** ends the connections, which everybody shares */
  close(): void;
}

/** It is all that is ever encrypted with these keys. */
export const plaintext = new TextEncoder().encode('canary');

export const contextOf = (tenantId: CanaryTenant) => ({ [tenantIdTag]: tenantId });

/** What Lambda puts into the environment, tests give. */
type Configuration = typeof clientConfiguration &
  Pick<DynamoDBClientConfig, 'credentials' | 'endpoint' | 'region'>;

/** @param configuration of clients with the canary's own credentials */
export function openCast(places: Places, configuration: Configuration): Cast {
  const canary = clientsWith(configuration);
  const opened = new Map<SessionName, Promise<Clients>>();
  const sealed = new Map<KeyName, Promise<Uint8Array>>();

  const open = (session: SessionName) =>
    once(opened, session, async () => {
      const { tenantId, roleOf } = actors[session];
      const credentials = await assume(canary.sts, places[roleOf], sessionOf(tenantId));
      return clientsWith({
        ...configuration,
        requestHandler: canary.kms.config.requestHandler as never,
        credentials,
      });
    });
  const as = (actor: Actor) => (actor === 'canary' ? Promise.resolve(canary) : needed(open(actor)));
  const seal = (key: KeyName) =>
    once(sealed, key, async () => {
      const { user } = canaryKeys[key];
      const { kms } = await as(user === tenantA ? 'a' : 'b');
      const { CiphertextBlob } = await kms.send(
        new EncryptCommand({
          KeyId: places.keys[key],
          Plaintext: plaintext,
          EncryptionContext: contextOf(user),
        }),
      );
      return CiphertextBlob as Uint8Array;
    });
  return {
    places,
    as,
    open,
    seal,
    ciphertextOf: (key) => needed(seal(key)),
    close: () => canary.kms.destroy(),
  };
}

function clientsWith(configuration: Configuration): Clients {
  const kms = new KMSClient(configuration);
  const { requestHandler } = kms.config;
  const shared = { ...configuration, requestHandler };
  return { kms, sts: new STSClient(shared), table: new DynamoDBClient(shared) };
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
