/** Paths to keys. Each that must be closed says which lock stands alone before it, where one does. */
import {
  DecryptCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateDataKeyWithoutPlaintextCommand,
  ReEncryptCommand,
} from '@aws-sdk/client-kms';
import { canaryKeys, type KeyName, keyNames } from '../../contract/canary-keys.ts';
import { tenantA, tenantB } from '../../contract/canary-tenants.ts';
import type { Clients } from './assume-role.ts';
import { type Actor, type Cast, contextOf, plaintext, titleOf } from './principals.ts';
import type { Path } from './probe.ts';

interface Use {
  readonly who: Actor;
  readonly key: KeyName;
  readonly context: Readonly<Record<string, string>>;
}

const ofA = contextOf(tenantA);
const ofB = contextOf(tenantB);

/** What makes each of them a path that only one guard closes stands in lib/canary/probe-policy.ts. */
const closed: readonly Use[] = [
  { who: 'a', key: 'b', context: ofB },
  { who: 'a', key: 'b', context: ofA },
  { who: 'b', key: 'a', context: ofA },
  { who: 'b', key: 'a', context: ofB },
  // IAM: the tag of the key, and the context.
  { who: 'a', key: 'iam', context: ofA },
  { who: 'b', key: 'iam', context: ofA },
  // The key policy's Allow: the session's tag, the context, its spelling, the role.
  { who: 'a', key: 'allow', context: ofB },
  { who: 'b', key: 'allow', context: ofA },
  { who: 'b', key: 'allow', context: { tenantid: tenantB } },
  { who: 'canary', key: 'allow', context: ofB },
  // The key policy's Denies: the session's tag, the role.
  { who: 'a', key: 'deny', context: ofB },
  { who: 'canary', key: 'deny', context: ofB },
  { who: 'a', key: 'a', context: {} },
  { who: 'a', key: 'a', context: { tenantid: tenantA } },
  { who: 'a', key: 'a', context: ofB },
  { who: 'readerA', key: 'a', context: ofA },
  { who: 'canary', key: 'a', context: ofA },
  { who: 'canary', key: 'b', context: ofB },
];

const open: readonly Use[] = [
  { who: 'a', key: 'a', context: ofA },
  { who: 'b', key: 'b', context: ofB },
  // Were it refused there by IAM, its refusals elsewhere would show nothing.
  { who: 'canary', key: 'iam', context: ofB },
];

type Operation = (clients: Clients, cast: Cast, use: Use) => Promise<unknown>;

/** By what the names of paths say of them. */
const operations: Readonly<Record<string, Operation>> = {
  'encrypts with': ({ kms }, { places }, { key, context }) =>
    kms.send(
      new EncryptCommand({
        KeyId: places.keys[key],
        Plaintext: plaintext,
        EncryptionContext: context,
      }),
    ),
  'decrypts with': decrypt,
  'gets a data key of': ({ kms }, { places }, { key, context }) =>
    kms.send(
      new GenerateDataKeyCommand({
        KeyId: places.keys[key],
        KeySpec: 'AES_256',
        EncryptionContext: context,
      }),
    ),
  'gets a wrapped data key of': ({ kms }, { places }, { key, context }) =>
    kms.send(
      new GenerateDataKeyWithoutPlaintextCommand({
        KeyId: places.keys[key],
        KeySpec: 'AES_256',
        EncryptionContext: context,
      }),
    ),
  're-encrypts from': (clients, cast, use) => reEncrypt(clients, cast, use, homeOf(use)),
  're-encrypts to': (clients, cast, use) => reEncrypt(clients, cast, homeOf(use), use),
};

export const keyPaths: readonly Path[] = [
  ...closed.flatMap((use) => pathsOf(use, 'refused')),
  ...open.flatMap((use) => pathsOf(use, 'allowed')),
  ...keyNames
    .filter((key) => !['a', 'b'].includes(key))
    .map(
      (key): Path => ({
        name: `${titleOf('b')} encrypts with ${canaryKeys[key].title}, as it may`,
        expected: 'allowed',
        attempt: (cast) => cast.seal(key),
      }),
    ),
];

function pathsOf(use: Use, expected: Path['expected']): Path[] {
  const { who, key, context } = use;
  return Object.entries(operations).map(([does, operation]) => ({
    name: `${titleOf(who)} ${does} ${canaryKeys[key].title}, ${wordsOf(context)}`,
    expected,
    attempt: async (cast) => operation(await cast.as(who), cast, use),
  }));
}

function wordsOf(context: Use['context']): string {
  const [entry] = Object.entries(context);
  if (entry === undefined) return 'without TenantId in the context';
  return `with ${entry.join('=')} in the context`;
}

/** A lawful source or destination, so that the other side alone decides. Who has no key of its own has none. */
function homeOf(use: Use): Use {
  const { who } = use;
  if (who === 'a') return { who, key: 'a', context: ofA };
  if (who === 'b') return { who, key: 'b', context: ofB };
  return use;
}

/** @throws Error where something else comes out than was put in */
async function decrypt({ kms }: Clients, cast: Cast, { key, context }: Use): Promise<void> {
  const { Plaintext } = await kms.send(
    new DecryptCommand({
      KeyId: cast.places.keys[key],
      CiphertextBlob: await cast.ciphertextOf(key),
      EncryptionContext: context,
    }),
  );
  if (Plaintext === undefined || !Buffer.from(plaintext).equals(Plaintext)) {
    throw new Error('KMS decrypted to something else than was encrypted');
  }
}

const reEncrypt = async ({ kms }: Clients, cast: Cast, from: Use, to: Use) =>
  kms.send(
    new ReEncryptCommand({
      SourceKeyId: cast.places.keys[from.key],
      CiphertextBlob: await cast.ciphertextOf(from.key),
      SourceEncryptionContext: from.context,
      DestinationKeyId: cast.places.keys[to.key],
      DestinationEncryptionContext: to.context,
    }),
  );
