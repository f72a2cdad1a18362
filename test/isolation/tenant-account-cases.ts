/** Who tries what upon a tenant's key in the tenant's own account, and which of its policies must refuse it alone. */
import type { KMS } from '@aws-sdk/client-kms';
import type { AssumeAs, External, Mistake } from './tenant-account.ts';

export interface Claim {
  readonly by: string;
  /** the operation */
  readonly name: string;
  /** upon what, where it is neither the tenant's role nor its key */
  readonly upon?: string;
  readonly expected: 'allowed' | 'denied';
  readonly mistakes: readonly Mistake[];
  readonly attempt: (external: External) => Promise<unknown>;
}

/** Upon whose key all is tried here. */
export const whose = 'acme';

const Plaintext = Buffer.from('x');
const contextOf = (TenantId: string) => ({ EncryptionContext: { TenantId } });

/** Every use of a key that there is. */
const uses: Readonly<Record<string, (kms: KMS, KeyId: string, of: object) => Promise<unknown>>> = {
  Encrypt: (kms, KeyId, of) => kms.encrypt({ KeyId, Plaintext, ...of }),
  GenerateDataKey: (kms, KeyId, of) => kms.generateDataKey({ KeyId, KeySpec: 'AES_256', ...of }),
  GenerateDataKeyWithoutPlaintext: (kms, KeyId, of) =>
    kms.generateDataKeyWithoutPlaintext({ KeyId, KeySpec: 'AES_256', ...of }),
};

/** With a ciphertext that the tenant itself has made. */
const usesOfCiphertext: typeof uses = {
  Decrypt: (kms, KeyId, of) => kms.decrypt({ KeyId, ...of } as never),
  ReEncrypt: (kms, KeyId, of) => {
    const { EncryptionContext, CiphertextBlob } = of as never;
    return kms.reEncrypt({
      SourceKeyId: KeyId,
      DestinationKeyId: KeyId,
      SourceEncryptionContext: EncryptionContext,
      DestinationEncryptionContext: EncryptionContext,
      CiphertextBlob,
    });
  },
};

const administration: Readonly<Record<string, (kms: KMS, external: External) => Promise<unknown>>> =
  {
    DisableKey: (kms, { keyArnOf }) => kms.disableKey({ KeyId: keyArnOf(whose) }),
    ScheduleKeyDeletion: (kms, { keyArnOf }) => kms.scheduleKeyDeletion({ KeyId: keyArnOf(whose) }),
    GetKeyPolicy: (kms, { keyArnOf }) => kms.getKeyPolicy({ KeyId: keyArnOf(whose) }),
    PutKeyPolicy: (kms, { keyArnOf }) => kms.putKeyPolicy({ KeyId: keyArnOf(whose), Policy: '{}' }),
    CreateGrant: createGrant,
    TagResource: (kms, { keyArnOf }) =>
      kms.tagResource({ KeyId: keyArnOf(whose), Tags: [{ TagKey: 'a', TagValue: 'b' }] }),
  };

function createGrant(kms: KMS, { keyArnOf, newGrantee }: External): Promise<unknown> {
  const asked = { GranteePrincipal: newGrantee(), Operations: ['Decrypt' as const] };
  return kms.createGrant({ KeyId: keyArnOf(whose), ...asked });
}

type Session = (external: External) => Promise<KMS>;
const tenantOf = ({ harness }: External, tenantId: string) =>
  harness.tenants.find(
    (one) => one.tenantId === tenantId,
  ) as External['harness']['tenants'][number];
const ownRole =
  (as: AssumeAs = {}, tenantId = whose): Session =>
  (external) =>
    external.assume(tenantOf(external, tenantId), tenantId, as);

/** @returns a ciphertext of the tenant's own session, made before anything is tried */
export async function ciphertextOf(external: External): Promise<Uint8Array | undefined> {
  await external.put(whose, external.policiesOf(whose));
  const kms = await ownRole()(external);
  const KeyId = external.keyArnOf(whose);
  return (await kms.encrypt({ KeyId, Plaintext, ...contextOf(whose) })).CiphertextBlob;
}

/** @returns one claim for each use of the key */
const eachUse = (
  expected: Claim['expected'],
  by: string,
  mistakes: readonly Mistake[],
  session: Session,
  of: object = contextOf(whose),
): Claim[] =>
  Object.entries({ ...uses, ...usesOfCiphertext }).map(([operation, use]) => ({
    by,
    name: operation,
    expected,
    mistakes,
    attempt: async (external) => {
      const CiphertextBlob = external.ciphertext;
      const needed = operation in usesOfCiphertext ? { CiphertextBlob } : {};
      return use(await session(external), external.keyArnOf(whose), { ...of, ...needed });
    },
  }));

const assumes = (
  expected: Claim['expected'],
  by: string,
  who: (external: External) => Parameters<External['assume']>[0],
  as: AssumeAs | ((external: External) => AssumeAs) = {},
): Claim => ({
  by,
  name: 'AssumeRole',
  expected,
  mistakes: ['key', 'role'],
  attempt: (external) =>
    external.assume(who(external), whose, typeof as === 'function' ? as(external) : as),
});

const acme = (external: External) => tenantOf(external, whose);
export const neighbours = ['acme2', 'globex'];
const without = { externalId: undefined };
const strangers: Readonly<
  Record<string, (external: External) => Parameters<External['assume']>[0]>
> = {
  'a session of ours without a tenant': ({ harness }) => harness.untagged,
  "the tenant's reader": (external) => acme(external).reader,
  'the data plane': ({ harness }) => harness.dataPlane,
  'the session broker': ({ harness }) => harness.broker,
  'the control plane': ({ harness }) => harness.controlPlane,
  'the reconciler': ({ harness }) => harness.reconciler,
  'the canary': ({ harness }) => harness.canary,
  'our administrator': ({ harness }) => harness.operator,
  "our administrator with the tenant's tag": ({ harness }) => harness.impostor,
};

const trust: Claim[] = [
  assumes('allowed', "the tenant's session", acme),
  assumes('denied', "the tenant's session without the external id", acme, without),
  ...neighbours.flatMap((other) => [
    assumes('denied', `${other}'s session`, (external) => tenantOf(external, other)),
    assumes('denied', `${other}'s session, tagged as itself`, (e) => tenantOf(e, other), {
      tag: other,
    }),
    assumes('denied', `the tenant's session, tagged as ${other}`, acme, { tag: other }),
    assumes('denied', `the tenant's session with ${other}'s external id`, acme, (external) => ({
      externalId: external.externalIdOf(other),
    })),
  ]),
  assumes('denied', "the tenant's session without a tag", acme, { tag: undefined }),
  assumes('denied', "the tenant's session with another tag as well", acme, { otherTag: 'Admin' }),
  assumes('denied', "the tenant's session under another name", acme, { sessionName: 'another' }),
  ...Object.entries(strangers).map(([name, who]) => assumes('denied', name, who)),
];

/** Clients of ours, that is of another account, whom only the key's policy could let in. */
const fromOurs: Claim[] = [
  ...neighbours.flatMap((other) =>
    eachUse(
      'denied',
      `${other}'s session of ours`,
      ['trust', 'role'],
      async (e) => tenantOf(e, other).kms,
    ),
  ),
  ...eachUse('denied', "the tenant's session of ours", ['trust', 'role'], async (e) => acme(e).kms),
  ...['the control plane', 'our administrator'].flatMap((name) =>
    eachUse('denied', name, ['trust', 'role'], async ({ harness }) =>
      name === 'the control plane' ? harness.controlPlane.kms : harness.operator.kms,
    ),
  ),
];

const key: Claim[] = [
  ...eachUse('allowed', "the tenant's role", [], ownRole()),
  ...neighbours.flatMap((other) => [
    ...eachUse(
      'denied',
      `${other}'s role, which may do everything`,
      ['trust', 'role'],
      async (e) => {
        await e.put(other, e.policiesOf(other), ['role']);
        return ownRole({}, other)(e);
      },
    ),
    ...eachUse('denied', `the role, for ${other}'s context`, ['role'], ownRole(), contextOf(other)),
    ...eachUse(
      'denied',
      `the role in a session of ${other}'s tag`,
      ['trust', 'role'],
      ownRole({ tag: other }),
    ),
  ]),
  ...eachUse('denied', 'the role without a context', ['role'], ownRole(), {}),
  ...eachUse('denied', 'the role with the name in other letters', ['role'], ownRole(), {
    EncryptionContext: { tenantid: whose },
  }),
  ...eachUse(
    'denied',
    'the role in a session without a tag',
    ['trust', 'role'],
    ownRole({ tag: undefined }),
  ),
  ...eachUse('denied', "the account's administrator", [], async ({ owner }) => owner.kms),
  ...eachUse('denied', "an administrator there with the tenant's tag", ['careless key'], (e) =>
    e.taggedAdministrator(whose),
  ),
  ...eachUse('denied', 'such an administrator, without Denies', ['undenied key'], (e) =>
    e.taggedAdministrator(whose),
  ),
  ...eachUse(
    'denied',
    'the role in a session of another tag, without Denies',
    ['trust', 'role', 'undenied key'],
    ownRole({ tag: 'globex' }),
  ),
  ...eachUse('denied', 'the role without a right of its own', ['powerless role'], ownRole()),
  ...Object.entries(administration).map(
    ([operation, act]): Claim => ({
      by: 'the role',
      name: operation,
      expected: 'denied',
      mistakes: ['role'],
      attempt: async (external) => act(await ownRole()(external), external),
    }),
  ),
  {
    by: 'the role in a session of another tag',
    name: 'DescribeKey',
    expected: 'denied',
    mistakes: ['trust', 'role'],
    attempt: async (external) =>
      (await ownRole({ tag: 'globex' })(external)).describeKey({ KeyId: external.keyArnOf(whose) }),
  },
  {
    by: 'our administrator',
    name: 'DescribeKey',
    expected: 'denied',
    mistakes: ['trust', 'role'],
    attempt: ({ harness, keyArnOf }) =>
      harness.operator.kms.describeKey({ KeyId: keyArnOf(whose) }),
  },
  {
    by: "the account's administrator",
    name: 'CreateGrant',
    expected: 'denied',
    mistakes: [],
    attempt: (external) => createGrant(external.owner.kms, external),
  },
];

/** The key lets in whoever asks: what is left is what the role may do. */
const role: Claim[] = [
  ...eachUse(
    'denied',
    'the role, for another context, by its own policy',
    ['key'],
    ownRole(),
    contextOf('globex'),
  ),
  ...eachUse('denied', 'the role without a context, by its own policy', ['key'], ownRole(), {}),
  {
    by: 'the role',
    name: 'Encrypt',
    upon: 'another key there',
    expected: 'denied',
    mistakes: ['key'],
    attempt: async (external) =>
      (await ownRole()(external)).encrypt({
        KeyId: external.spareKeyArn,
        Plaintext,
        ...contextOf(whose),
      }),
  },
  {
    by: 'the role',
    name: 'DescribeKey',
    upon: 'another key there',
    expected: 'denied',
    mistakes: ['key'],
    attempt: async (external) =>
      (await ownRole()(external)).describeKey({ KeyId: external.spareKeyArn }),
  },
];

export const claims: readonly Claim[] = [...trust, ...fromOurs, ...key, ...role];
