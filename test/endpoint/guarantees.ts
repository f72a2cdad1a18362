/** What AWS refuses with the policies of the template. The last two would end the key if they succeeded. */
import {
  type Attempt,
  type Attempts,
  administration,
  administrator,
  controlPlane,
  cryptography,
  dataPlane,
  deletion,
  grant,
  neighbour,
  type Principal,
  readRow,
  scan,
  sessionBroker,
} from './attempts.ts';
import { clientsOf } from './clients.ts';
import type { Guarantee } from './guarantee.ts';
import type { Identities } from './identities.ts';
import { assumeTenantRole, type SessionRequest } from './principals.ts';

const controlOf = ({ allowedTo, make }: Attempt) =>
  allowedTo && { control: (identities: Identities) => make(allowedTo(identities), identities) };

const by = (who: string, principal: Principal, attempts: Attempts) =>
  Object.entries(attempts).map(
    ([what, attempt]): Guarantee => ({
      name: `${who}: ${what}`,
      attempt: (identities) => attempt.make(principal(identities), identities),
      ...controlOf(attempt),
    }),
  );

const open = (principal: Principal, identities: Identities, request: SessionRequest) =>
  assumeTenantRole(principal(identities).sts, identities.tenantRoleArn, request);

const properly = ({ tenant }: Identities): SessionRequest => ({
  sessionName: tenant.tenantId,
  tag: tenant.tenantId,
});

const session = (
  name: string,
  principal: Principal,
  request: (identities: Identities) => SessionRequest,
): Guarantee => ({
  name,
  attempt: (identities) => open(principal, identities, request(identities)),
  control: (identities) => open(sessionBroker, identities, properly(identities)),
});

const sessions: readonly Guarantee[] = [
  session('the session broker opens a session without a tag', sessionBroker, ({ tenant }) => ({
    sessionName: tenant.tenantId,
  })),
  session(
    'the session broker opens a session named after another tenant',
    sessionBroker,
    (identities) => ({
      ...properly(identities),
      sessionName: identities.neighbour.tenantId,
    }),
  ),
  session('the session broker opens a session with an empty tag', sessionBroker, (identities) => ({
    ...properly(identities),
    tag: '',
  })),
  session('the data plane opens the session of a tenant', dataPlane, properly),
  session("a neighbour's session opens the session of a tenant", neighbour, properly),
  session('an administrator opens the session of a tenant', administrator, properly),
];

/** Where the endpoint refuses the session, its use is refused with it. */
const untagged = Object.entries({ ...cryptography, 'read the row': readRow }).map(
  ([what, attempt]): Guarantee => ({
    name: `a session without a tag: ${what}`,
    attempt: async (identities) => {
      const keys = await open(sessionBroker, identities, {
        sessionName: identities.tenant.tenantId,
      });
      return attempt.make(clientsOf(identities.destination, keys), identities);
    },
    ...controlOf(attempt),
  }),
);

const encryptWith = ({ tenant }: Identities, context?: Record<string, string>) =>
  tenant.kms.encrypt({
    KeyId: tenant.keyArn,
    Plaintext: Buffer.from('x'),
    ...(context && { EncryptionContext: context }),
  });

const contexts: readonly Guarantee[] = [
  {
    name: "a tenant's session: Encrypt without the encryption context",
    attempt: (identities) => encryptWith(identities),
  },
  {
    name: "a tenant's session: Encrypt with a neighbour's encryption context",
    attempt: (identities) => encryptWith(identities, { TenantId: identities.neighbour.tenantId }),
  },
  {
    name: "a tenant's session: Decrypt with more in the encryption context than was there",
    refusals: ['InvalidCiphertextException'],
    attempt: ({ tenant: { kms, tenantId, ciphertext } }) =>
      kms.decrypt({
        CiphertextBlob: ciphertext,
        EncryptionContext: { TenantId: tenantId, purpose: 'another' },
      }),
  },
];

const hasty = { 'ScheduleKeyDeletion sooner than configured': deletion };

export const guarantees: readonly Guarantee[] = [
  ...by("a neighbour's session", neighbour, {
    ...cryptography,
    ...administration,
    CreateGrant: grant,
    'read the row': readRow,
    'scan the table': scan,
  }),
  ...sessions,
  ...untagged,
  ...by("the data plane's own role", dataPlane, {
    ...cryptography,
    ...administration,
    'read the row': readRow,
  }),
  ...by('the control plane', controlPlane, { ...cryptography, CreateGrant: grant }),
  ...by('an administrator', administrator, { ...cryptography, CreateGrant: grant }),
  ...contexts,
  ...by("a neighbour's session", neighbour, { ScheduleKeyDeletion: deletion }),
  ...by('the control plane', controlPlane, hasty),
  ...by('an administrator', administrator, hasty),
];
