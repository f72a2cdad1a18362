/** The canary's role can become its own two tenants and use its own keys; its keys give nobody else a way in. */
import { canaryTenants, stranger } from '../../../contract/canary-tenants.ts';
import {
  administration,
  anyAllowed,
  assume,
  bytes,
  claims,
  context,
  cryptography,
  first,
  getRow,
  grant,
  mapAttempts,
  oneLock,
} from './attempts.ts';
import { asRole, type Case, type Harness, otherKey, otherLogs } from './case.ts';

const sessionRoles = ['tenantRoleArn', 'auditReaderRoleArn'] as const;

const opens = (tenantId: string, role: (typeof sessionRoles)[number]) => (harness: Harness) =>
  assume(harness.canary, harness, { tenantId, roleArn: harness[role] });

const sessions: Case[] = sessionRoles.flatMap((role) => [
  ...claims(
    'allowed',
    ['deployed'],
    Object.fromEntries(
      canaryTenants.map((id) => [`the canary opens ${id}'s session of ${role}`, opens(id, role)]),
    ),
  ),
  ...claims(
    'denied',
    ['deployed'],
    Object.fromEntries(
      ['acme', stranger].map((id) => [
        `the canary opens a session of ${role} as ${id}`,
        opens(id, role),
      ]),
    ),
  ),
]);

const neighbours = claims('denied', oneLock, {
  ...mapAttempts(
    "the canary on a tenant's key",
    { ...cryptography, ...administration, CreateGrant: grant },
    (attempt) => (harness) => attempt(harness.canary, first(harness), harness),
  ),
});

/** By their description, since the canary's keys do not carry the product's tag. */
async function canaryKeys({ operator }: Harness): Promise<string[]> {
  const { Keys = [] } = await operator.kms.listKeys({});
  const found: string[] = [];
  for (const { KeyArn = '' } of Keys) {
    const { KeyMetadata } = await operator.kms.describeKey({ KeyId: KeyArn });
    if (KeyMetadata?.Description?.startsWith('tenant-keys: canary')) found.push(KeyArn);
  }
  if (found.length !== 5) throw new Error(`${found.length} keys are the canary's`);
  return found;
}

const others = claims('denied', ['deployed'], {
  "a tenant's session uses a key of the canary's": async (harness) => {
    const keys = await canaryKeys(harness);
    return anyAllowed(
      keys.flatMap((KeyId) =>
        [first(harness).tenantId, ...canaryTenants].map(
          (id) => () =>
            first(harness).kms.encrypt({ KeyId, Plaintext: bytes, EncryptionContext: context(id) }),
        ),
      ),
    );
  },
  "a tenant's session administers a key of the canary's": async (harness) => {
    const keys = await canaryKeys(harness);
    return anyAllowed(keys.map((KeyId) => () => first(harness).kms.describeKey({ KeyId })));
  },
  'the canary reads a row': (harness) => harness.canary.dynamodb.getItem(getRow(harness, 'acme')),
  'the canary uses a key in another region': asRole('CanaryRole', 'kms:Encrypt', otherKey),
  'the canary opens a session of another role': asRole(
    'CanaryRole',
    'sts:AssumeRole',
    'arn:aws:iam::111122223333:role/other',
  ),
  'the canary writes to a log group that is not its own': asRole(
    'CanaryRole',
    'logs:PutLogEvents',
    otherLogs,
  ),
});

export const canary: readonly Case[] = [...sessions, ...neighbours, ...others];
