import {
  administration,
  anyAllowed,
  assume,
  claims,
  cryptography,
  first,
  getRow,
  mapAttempts,
  oneLock,
} from './attempts.ts';
import type { Case, Tenant } from './case.ts';

export const untagged: Case[] = [
  ...claims('denied', oneLock, {
    ...mapAttempts(
      'a session without a tag',
      cryptography,
      (attempt) => (world) => attempt(world.untagged, first(world), world),
    ),
    ...mapAttempts(
      'a session without a tag',
      administration,
      (attempt) => (world) => attempt(world.untagged, first(world), world),
    ),
    'a session without a tag reads a row': (world) =>
      world.untagged.dynamodb.getItem(getRow(world, first(world).tenantId)),
  }),
];

const tag = (Value: string, Key = 'TenantId') => ({ Key, Value });

export const sessions: Case[] = [
  ...claims('allowed', ['deployed'], {
    'the data plane opens a session that is named and tagged after the tenant': (world) =>
      assume(world.dataPlane, world, {}),
  }),
  ...claims('denied', ['deployed'], {
    'a session without a tag': (world) => assume(world.dataPlane, world, { tags: [] }),
    'a session named after another tenant': (world) =>
      assume(world.dataPlane, world, { sessionName: 'acme2' }),
    'a session named as the tenant, in upper case': (world) =>
      assume(world.dataPlane, world, { sessionName: 'ACME' }),
    'a session with an empty tag': (world) => assume(world.dataPlane, world, { tags: [tag('')] }),
    'a session with a second tag': (world) =>
      assume(world.dataPlane, world, { tags: [tag('acme'), tag('x', 'Role')] }),
    'a session whose only tag is another': (world) =>
      assume(world.dataPlane, world, { tags: [tag('acme', 'Tenant')] }),
    'a session whose tag is spelled otherwise': (world) =>
      assume(world.dataPlane, world, { tags: [tag('acme', 'tenantid')] }),
    'a session whose tag would be passed on': (world) =>
      assume(world.dataPlane, world, { transitive: ['TenantId'] }),
    'a tenant session opens another': (world) =>
      assume(first(world), world, { tenantId: (world.tenants[1] as Tenant).tenantId }),
    'the control plane opens a tenant session': (world) => assume(world.controlPlane, world, {}),
    'an administrator or the data plane runs as any role of the stack': (world) =>
      anyAllowed(
        [world.operator, world.dataPlane].flatMap(({ sts }) =>
          world.roleArns
            .filter((arn) => arn !== world.tenantRoleArn)
            .map((RoleArn) => () => sts.assumeRole({ RoleArn, RoleSessionName: 'acme' })),
        ),
      ),
    'the authorizer opens a tenant session': (world) => assume(world.authorizer, world, {}),
  }),
];
