/**
 * Probes of key administration, which would lead to the use of a key in the end. Invariant: a probe that gets through
 * changes nothing: a tag gets the value that it has, an enabled key is enabled, a grant is a DryRun.
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
import { type Principal, type Principals, titleOf } from './principals.ts';
import type { Probe } from './probe.ts';

type Operation = (clients: Clients, principals: Principals, key: KeyName) => Promise<unknown>;

const describes: Operation = ({ kms }, { targets }, key) =>
  kms.send(new DescribeKeyCommand({ KeyId: targets.keys[key] }));

const enables: Operation = ({ kms }, { targets }, key) =>
  kms.send(new EnableKeyCommand({ KeyId: targets.keys[key] }));

const tags: Operation = ({ kms }, { targets }, key) =>
  kms.send(
    new TagResourceCommand({
      KeyId: targets.keys[key],
      Tags: [{ TagKey: tenantIdTag, TagValue: canaryKeys[key].tag }],
    }),
  );

const grants: Operation = ({ kms }, { targets }, key) =>
  kms.send(
    new CreateGrantCommand({
      KeyId: targets.keys[key],
      GranteePrincipal: targets.tenantRoleArn,
      Operations: ['Decrypt'],
      DryRun: true,
    }),
  );

const every = { describes, enables, tags, 'grants the use of': grants };

export const adminProbes: readonly Probe[] = [
  ...probesOf('a', 'b', every),
  ...probesOf('b', 'a', every),
  ...probesOf('a', 'a', every),
  ...probesOf('b', 'deny', every),
  ...probesOf('a', 'deny', every),
  ...probesOf('readerA', 'a', every),
  // No IAM policy allows these.
  ...probesOf('canary', 'a', { enables, tags, 'grants the use of': grants }),
  ...probesOf('canary', 'deny', { 'grants the use of': grants }),
  // Allowed by the key policy, past IAM: this shows that at this key the Denies stand alone.
  ...probesOf('canary', 'deny', { enables }, 'allowed'),
  // Administration without use: the key policy leaves it to IAM, and IAM allows it.
  ...probesOf('canary', 'a', { describes }, 'allowed'),
  ...probesOf('canary', 'b', { describes }, 'allowed'),
];

function probesOf(
  principal: Principal,
  key: KeyName,
  operations: Readonly<Record<string, Operation>>,
  expected: Expected = 'refused',
): Probe[] {
  return Object.entries(operations).map(([does, operation]) => ({
    name: `${titleOf(principal)} ${does} ${canaryKeys[key].title}`,
    expected,
    attempt: async (principals) => operation(await principals.as(principal), principals, key),
  }));
}
