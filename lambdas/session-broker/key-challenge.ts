/**
 * Tries a key in a tenant's own account: that it does what it must for this tenant, and that role and key let in nobody
 * else of ours. Invariant: what leaves this module are names of checks and the age of the key. Sessions and data keys
 * stay here; and nothing is asked of a key or role in our own account. Each call is in the log, for the tenant's audit.
 * An error that is no answer (throttled, down) is no refusal.
 */
import {
  DecryptCommand,
  DescribeKeyCommand,
  GenerateDataKeyCommand,
  type KeyMetadata,
  KMSClient,
} from '@aws-sdk/client-kms';
import { STSClient } from '@aws-sdk/client-sts';
import {
  type ExternalTenant,
  externalId,
  externalRoleArn,
  keyArnParts,
} from '../../contract/external-account.ts';
import {
  type ChallengeCheck,
  type ChallengeRequest,
  challengeRemedies,
  notATenant,
} from '../../contract/external-challenge.ts';
import { tenantIdTag } from '../../contract/tenant-id.ts';
import { assumeRole, type RoleCredentials } from '../aws/assumed-role.ts';
import { callBudget } from '../aws/call-budget.ts';
import { clientConfiguration } from '../aws/client-config.ts';
import { isAccessDenied, isKeyStateError, isNamed } from '../aws/errors.ts';
import { loggedCalls } from '../aws/external-account-calls.ts';
import { ownNames } from '../stack/own-names.ts';
import type { Credentials, sessionOpener } from './open-session.ts';

export interface Verdict {
  readonly failed: ChallengeCheck[];
  readonly keyCreatedAt?: string;
}

export interface ChallengeOptions {
  readonly tenantRoleArn: string;
  readonly openSession: ReturnType<typeof sessionOpener>;
}

/** The shortest that STS gives (API Reference, AssumeRole). */
const sessionSeconds = 900;

/** @throws the SDK's errors where AWS gives no answer */
export async function challengeKey(
  { tenantId, keyArn }: Pick<ChallengeRequest, 'tenantId' | 'keyArn'>,
  { tenantRoleArn, openSession }: ChallengeOptions,
): Promise<Verdict> {
  const role = theirRole(tenantId, keyArn, tenantRoleArn);
  const stsOf = stsFor(tenantId);
  const openedFor = async (name: string) => forClient(await openSession(tenantRoleArn, name));
  const ofTenant = stsOf(await openedFor(tenantId));
  const session = await unlessRefused(assume(ofTenant, role));
  if (session === undefined) return { failed: ['role-lets-tenant-in'] };
  const ofNobody = stsOf(await openedFor(notATenant));
  const isRefused = async (from: STSClient, more: Partial<AssumedRole>) =>
    (await unlessRefused(assume(from, { ...role, ...more }))) === undefined;
  const kms = kmsOf(session, tenantId);
  const [metadata, ...passed] = await Promise.all([
    describe(kms, keyArn),
    works(kms, keyArn, tenantId).then(named('key-works')),
    refusesOtherContexts(kms, keyArn).then(named('other-context-refused')),
    isRefused(ofTenant, { externalId: undefined }).then(named('no-external-id-refused')),
    isRefused(ofTenant, { externalId: `${role.externalId}x` }).then(
      named('other-external-id-refused'),
    ),
    isRefused(ofNobody, { tenantId: notATenant }).then(named('other-tenant-refused')),
    isRefused(stsOf(), {}).then(named('other-role-refused')),
  ]);
  const results = [...passed, named('key-is-usable')(isUsable(metadata))];
  const failed = new Set(results.filter(({ isPassed }) => !isPassed).map(({ check }) => check));
  const createdAt = metadata?.CreationDate?.toISOString();
  return {
    failed: (Object.keys(challengeRemedies) as ChallengeCheck[]).filter((one) => failed.has(one)),
    ...(createdAt !== undefined && { keyCreatedAt: createdAt }),
  };
}

const named = (check: ChallengeCheck) => (isPassed: boolean) => ({ check, isPassed });

interface AssumedRole {
  readonly roleArn: string;
  readonly tenantId: string;
  readonly externalId: string | undefined;
}

/** @throws Error for a key in our own account */
function theirRole(tenantId: string, keyArn: string, tenantRoleArn: string): AssumedRole {
  const [, partition = '', , , productAccountId = ''] = tenantRoleArn.split(':');
  const key = keyArnParts(keyArn);
  if (key === undefined || key.accountId === productAccountId || key.partition !== partition)
    throw new Error('the key is not in an account of a tenant');
  const tenant: ExternalTenant = { tenantId, name: ownNames.name, partition, productAccountId };
  return {
    roleArn: externalRoleArn(tenant, key.accountId),
    tenantId,
    externalId: externalId(tenant),
  };
}

/** Of no use of the key for the tenant: what is tried out is routine. */
const trial = { routine: true };

const stsFor =
  (tenantId: string) =>
  /** @param credentials absent: those of the broker's own role */
  (credentials?: RoleCredentials): STSClient => {
    const sts = new STSClient({ ...clientConfiguration, ...(credentials && { credentials }) });
    sts.middlewareStack.use(callBudget('sts'));
    sts.middlewareStack.use(loggedCalls('sts', tenantId, trial));
    return sts;
  };

function kmsOf(credentials: RoleCredentials, tenantId: string): KMSClient {
  const kms = new KMSClient({ ...clientConfiguration, credentials });
  kms.middlewareStack.use(callBudget('store'));
  kms.middlewareStack.use(loggedCalls('kms', tenantId, trial));
  return kms;
}

const forClient = (credentials: Credentials): RoleCredentials => ({
  ...credentials,
  expiration: new Date(credentials.expiration),
});

const assume = (from: STSClient, role: AssumedRole): Promise<RoleCredentials> =>
  assumeRole(from, {
    RoleArn: role.roleArn,
    RoleSessionName: role.tenantId,
    ExternalId: role.externalId,
    Tags: [{ Key: tenantIdTag, Value: role.tenantId }],
    DurationSeconds: sessionSeconds,
  });

const generate = (kms: KMSClient, keyArn: string, context: Readonly<Record<string, string>>) =>
  kms.send(
    new GenerateDataKeyCommand({
      KeyId: keyArn,
      KeySpec: 'AES_256',
      EncryptionContext: { ...context },
    }),
  );

async function works(kms: KMSClient, keyArn: string, tenantId: string): Promise<boolean> {
  const context = { [tenantIdTag]: tenantId };
  const made = await unlessRefused(generate(kms, keyArn, context));
  if (made === undefined) return false;
  const opened = await unlessRefused(
    kms.send(
      new DecryptCommand({
        KeyId: keyArn,
        CiphertextBlob: made.CiphertextBlob,
        EncryptionContext: context,
      }),
    ),
  );
  const isSame =
    made.Plaintext !== undefined &&
    opened?.Plaintext !== undefined &&
    Buffer.compare(made.Plaintext, opened.Plaintext) === 0;
  made.Plaintext?.fill(0);
  opened?.Plaintext?.fill(0);
  return isSame;
}

/** With a key that works not at all this says nothing, and then the other check fails. */
async function refusesOtherContexts(kms: KMSClient, keyArn: string): Promise<boolean> {
  const contexts = [{ [tenantIdTag]: notATenant }, {}];
  const made = await Promise.all(
    contexts.map((context) => unlessRefused(generate(kms, keyArn, context))),
  );
  for (const one of made) one?.Plaintext?.fill(0);
  return made.every((one) => one === undefined);
}

async function describe(kms: KMSClient, keyArn: string): Promise<KeyMetadata | undefined> {
  const described = await unlessRefused(kms.send(new DescribeKeyCommand({ KeyId: keyArn })));
  return described?.KeyMetadata;
}

const isUsable = (key: KeyMetadata | undefined): boolean =>
  key?.KeySpec === 'SYMMETRIC_DEFAULT' &&
  key.KeyUsage === 'ENCRYPT_DECRYPT' &&
  key.KeyState === 'Enabled' &&
  key.KeyManager === 'CUSTOMER';

/** @returns undefined where AWS says no; a key that is not there, disabled or of another kind says so by names of its own */
async function unlessRefused<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    const isNo =
      isAccessDenied(error) ||
      isKeyStateError(error) ||
      isNamed(error, 'NotFoundException', 'InvalidKeyUsageException', 'InvalidArnException');
    if (isNo) return undefined;
    throw error;
  }
}
