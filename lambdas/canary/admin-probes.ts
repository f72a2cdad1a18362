/**
 * Paths to the administration of keys, which would lead to their use in the end. Invariant: none changes anything,
 * should it be open: a tag is given the value that it has, an enabled key enabled, a grant tried only (DryRun).
 */
import {
  CreateGrantCommand,
  DescribeKeyCommand,
  EnableKeyCommand,
  TagResourceCommand,
} from '@aws-sdk/client-kms';
import { canaryKeys, type KeyName } from '../../contract/canary-keys.ts';
import { tenantIdTag } from '../../contract/tenant-id.ts';
import type { Clients } from './assume-role.ts';
import type { Expected } from './outcome.ts';
import { type Actor, type Cast, titleOf } from './principals.ts';
import type { Path } from './probe.ts';

type Operation = (clients: Clients, cast: Cast, key: KeyName) => Promise<unknown>;

const describes: Operation = ({ kms }, { places }, key) =>
  kms.send(new DescribeKeyCommand({ KeyId: places.keys[key] }));

const enables: Operation = ({ kms }, { places }, key) =>
  kms.send(new EnableKeyCommand({ KeyId: places.keys[key] }));

const tags: Operation = ({ kms }, { places }, key) =>
  kms.send(
    new TagResourceCommand({
      KeyId: places.keys[key],
      Tags: [{ TagKey: tenantIdTag, TagValue: canaryKeys[key].tag }],
    }),
  );

const grants: Operation = ({ kms }, { places }, key) =>
  kms.send(
    new CreateGrantCommand({
      KeyId: places.keys[key],
      GranteePrincipal: places.tenantRoleArn,
      Operations: ['Decrypt'],
      DryRun: true,
    }),
  );

const every = { describes, enables, tags, 'grants the use of': grants };

export const administrationPaths: readonly Path[] = [
  ...paths('a', 'b', every),
  ...paths('b', 'a', every),
  ...paths('a', 'a', every),
  ...paths('b', 'deny', every),
  ...paths('a', 'deny', every),
  ...paths('readerA', 'a', every),
  // Whom no policy of IAM lets do it.
  ...paths('canary', 'a', { enables, tags, 'grants the use of': grants }),
  ...paths('canary', 'deny', { 'grants the use of': grants }),
  // Past IAM, and so shows that there the Denies stand alone.
  ...paths('canary', 'deny', { enables }, 'allowed'),
  // Administration without use: what the key policy leaves to IAM, and IAM allows.
  ...paths('canary', 'a', { describes }, 'allowed'),
  ...paths('canary', 'b', { describes }, 'allowed'),
];

function paths(
  who: Actor,
  key: KeyName,
  operations: Readonly<Record<string, Operation>>,
  expected: Expected = 'refused',
): Path[] {
  return Object.entries(operations).map(([does, operation]) => ({
    name: `${titleOf(who)} ${does} ${canaryKeys[key].title}`,
    expected,
    attempt: async (cast) => operation(await cast.as(who), cast, key),
  }));
}
