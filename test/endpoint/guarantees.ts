/** What AWS refuses with the policies of the template. The last ones would end the key if they got through. */
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
  type Player,
  readRow,
  scan,
} from './attempts.ts';
import { clientsOf } from './clients.ts';
import type { Guarantee } from './guarantee.ts';
import type { World } from './identities.ts';
import { assumeTenantRole, type SessionRequest } from './principals.ts';

const controlOf = ({ allowedTo, make }: Attempt) =>
  allowedTo && { control: (world: World) => make(allowedTo(world), world) };

const by = (who: string, player: Player, attempts: Attempts) =>
  Object.entries(attempts).map(
    ([what, attempt]): Guarantee => ({
      name: `${who}: ${what}`,
      attempt: (world) => attempt.make(player(world), world),
      ...controlOf(attempt),
    }),
  );

const open = (player: Player, world: World, request: SessionRequest) =>
  assumeTenantRole(player(world).sts, world.tenantRoleArn, request);

const properly = ({ tenant }: World): SessionRequest => ({
  sessionName: tenant.tenantId,
  tag: tenant.tenantId,
});

const session = (
  name: string,
  player: Player,
  request: (world: World) => SessionRequest,
): Guarantee => ({
  name,
  attempt: (world) => open(player, world, request(world)),
  control: (world) => open(dataPlane, world, properly(world)),
});

const sessions: readonly Guarantee[] = [
  session('the data plane opens a session without a tag', dataPlane, ({ tenant }) => ({
    sessionName: tenant.tenantId,
  })),
  session('the data plane opens a session named after another tenant', dataPlane, (world) => ({
    ...properly(world),
    sessionName: world.neighbour.tenantId,
  })),
  session('the data plane opens a session with an empty tag', dataPlane, (world) => ({
    ...properly(world),
    tag: '',
  })),
  session("a neighbour's session opens the session of a tenant", neighbour, properly),
  session('an administrator opens the session of a tenant', administrator, properly),
];

/** Where no such session can be opened, nothing can be done with it either. */
const untagged = Object.entries({ ...cryptography, 'read the row': readRow }).map(
  ([what, attempt]): Guarantee => ({
    name: `a session without a tag: ${what}`,
    attempt: async (world) => {
      const keys = await open(dataPlane, world, { sessionName: world.tenant.tenantId });
      return attempt.make(clientsOf(world.destination, keys), world);
    },
    ...controlOf(attempt),
  }),
);

const encryptWith = ({ tenant }: World, context?: Record<string, string>) =>
  tenant.kms.encrypt({
    KeyId: tenant.keyArn,
    Plaintext: Buffer.from('x'),
    ...(context && { EncryptionContext: context }),
  });

const contexts: readonly Guarantee[] = [
  {
    name: "a tenant's session: Encrypt without the encryption context",
    attempt: (world) => encryptWith(world),
  },
  {
    name: "a tenant's session: Encrypt with a neighbour's encryption context",
    attempt: (world) => encryptWith(world, { TenantId: world.neighbour.tenantId }),
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
  ...by('the control plane', controlPlane, {
    'ScheduleKeyDeletion sooner than configured': deletion,
  }),
];
