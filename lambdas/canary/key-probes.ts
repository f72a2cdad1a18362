/** Probes of the use of keys. Comments say which lock of a probe key must refuse alone. */
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
import { contextOf, type Principal, type Principals, plaintext, titleOf } from './principals.ts';
import type { Probe } from './probe.ts';

interface Use {
  readonly principal: Principal;
  readonly key: KeyName;
  readonly context: Readonly<Record<string, string>>;
}

const ofA = contextOf(tenantA);
const ofB = contextOf(tenantB);

/** How one guard stands alone at a probe key: `lib/canary/probe-policy.ts`. */
const refused: readonly Use[] = [
  { principal: 'a', key: 'b', context: ofB },
  { principal: 'a', key: 'b', context: ofA },
  { principal: 'b', key: 'a', context: ofA },
  { principal: 'b', key: 'a', context: ofB },
  // IAM: the tag of the key, and the context.
  { principal: 'a', key: 'iam', context: ofA },
  { principal: 'b', key: 'iam', context: ofA },
  // IAM: the tag of another stack.
  { principal: 'a', key: 'allow', context: ofA },
  // The key policy's Allow: the session's tag, the context, its spelling, the role.
  { principal: 'a', key: 'allow', context: ofB },
  { principal: 'b', key: 'allow', context: ofA },
  { principal: 'b', key: 'allow', context: { tenantid: tenantB } },
  { principal: 'canary', key: 'allow', context: ofB },
  // The key policy's Denies: the session's tag, the role.
  { principal: 'a', key: 'deny', context: ofB },
  { principal: 'canary', key: 'deny', context: ofB },
  { principal: 'a', key: 'a', context: {} },
  { principal: 'a', key: 'a', context: { tenantid: tenantA } },
  { principal: 'a', key: 'a', context: ofB },
  { principal: 'readerA', key: 'a', context: ofA },
  { principal: 'canary', key: 'a', context: ofA },
  { principal: 'canary', key: 'b', context: ofB },
];

const allowed: readonly Use[] = [
  { principal: 'a', key: 'a', context: ofA },
  { principal: 'b', key: 'b', context: ofB },
  // If IAM refused this one, the canary's refusals elsewhere would show nothing.
  { principal: 'canary', key: 'iam', context: ofB },
];

type Operation = (clients: Clients, principals: Principals, use: Use) => Promise<unknown>;

/** By the verb in the names of probes. */
const operations: Readonly<Record<string, Operation>> = {
  'encrypts with': ({ kms }, { targets }, { key, context }) =>
    kms.send(
      new EncryptCommand({
        KeyId: targets.keys[key],
        Plaintext: plaintext,
        EncryptionContext: context,
      }),
    ),
  'decrypts with': decrypt,
  'gets a data key of': ({ kms }, { targets }, { key, context }) =>
    kms.send(
      new GenerateDataKeyCommand({
        KeyId: targets.keys[key],
        KeySpec: 'AES_256',
        EncryptionContext: context,
      }),
    ),
  'gets a wrapped data key of': ({ kms }, { targets }, { key, context }) =>
    kms.send(
      new GenerateDataKeyWithoutPlaintextCommand({
        KeyId: targets.keys[key],
        KeySpec: 'AES_256',
        EncryptionContext: context,
      }),
    ),
  're-encrypts from': (clients, principals, use) =>
    reEncrypt(clients, principals, use, homeOf(use)),
  're-encrypts to': (clients, principals, use) => reEncrypt(clients, principals, homeOf(use), use),
};

export const keyProbes: readonly Probe[] = [
  ...refused.flatMap((use) => probesOf(use, 'refused')),
  ...allowed.flatMap((use) => probesOf(use, 'allowed')),
  ...keyNames
    .filter((key) => !['a', 'b'].includes(key))
    .map(
      (key): Probe => ({
        name: `${titleOf('b')} encrypts with ${canaryKeys[key].title}, as it may`,
        expected: 'allowed',
        attempt: (principals) => principals.encrypt(key),
      }),
    ),
];

function probesOf(use: Use, expected: Probe['expected']): Probe[] {
  const { principal, key, context } = use;
  return Object.entries(operations).map(([does, operation]) => ({
    name: `${titleOf(principal)} ${does} ${canaryKeys[key].title}, ${wordsOf(context)}`,
    expected,
    attempt: async (principals) => operation(await principals.as(principal), principals, use),
  }));
}

function wordsOf(context: Use['context']): string {
  const [entry] = Object.entries(context);
  if (entry === undefined) return 'without TenantId in the context';
  return `with ${entry.join('=')} in the context`;
}

/** An allowed source or destination, so that the other side alone decides. Who has no key of its own has none. */
function homeOf(use: Use): Use {
  const { principal } = use;
  if (principal === 'a') return { principal, key: 'a', context: ofA };
  if (principal === 'b') return { principal, key: 'b', context: ofB };
  return use;
}

/** @throws Error where KMS returns another plaintext than was encrypted */
async function decrypt(
  { kms }: Clients,
  principals: Principals,
  { key, context }: Use,
): Promise<void> {
  const { Plaintext } = await kms.send(
    new DecryptCommand({
      KeyId: principals.targets.keys[key],
      CiphertextBlob: await principals.ciphertextOf(key),
      EncryptionContext: context,
    }),
  );
  if (Plaintext === undefined || !Buffer.from(plaintext).equals(Plaintext)) {
    throw new Error('KMS decrypted to something else than was encrypted');
  }
}

const reEncrypt = async ({ kms }: Clients, principals: Principals, from: Use, to: Use) =>
  kms.send(
    new ReEncryptCommand({
      SourceKeyId: principals.targets.keys[from.key],
      CiphertextBlob: await principals.ciphertextOf(from.key),
      SourceEncryptionContext: from.context,
      DestinationKeyId: principals.targets.keys[to.key],
      DestinationEncryptionContext: to.context,
    }),
  );
