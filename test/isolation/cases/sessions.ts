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
import type { Case, Clients, Harness, Tenant } from './case.ts';

export const untagged: Case[] = [
  ...claims('denied', oneLock, {
    ...mapAttempts(
      'a session without a tag',
      cryptography,
      (attempt) => (harness) => attempt(harness.untagged, first(harness), harness),
    ),
    ...mapAttempts(
      'a session without a tag',
      administration,
      (attempt) => (harness) => attempt(harness.untagged, first(harness), harness),
    ),
    'a session without a tag reads a row': (harness) =>
      harness.untagged.dynamodb.getItem(getRow(harness, first(harness).tenantId)),
  }),
];

const tag = (Value: string, Key = 'TenantId') => ({ Key, Value });

/** @param but ARNs of roles that are tried elsewhere */
const runsAs = ({ sts }: Clients, { roleArns }: Harness, but: readonly string[]) =>
  anyAllowed(
    roleArns
      .filter((arn) => !but.includes(arn))
      .map((RoleArn) => () => sts.assumeRole({ RoleArn, RoleSessionName: 'acme' })),
  );

export const sessions: Case[] = [
  ...claims('allowed', ['deployed'], {
    'the session broker opens a session that is named and tagged after the tenant': (harness) =>
      assume(harness.broker, harness, {}),
  }),
  ...claims('denied', ['deployed'], {
    'a session without a tag': (harness) => assume(harness.broker, harness, { tags: [] }),
    'a session named after another tenant': (harness) =>
      assume(harness.broker, harness, { sessionName: 'acme2' }),
    'a session named as the tenant, in upper case': (harness) =>
      assume(harness.broker, harness, { sessionName: 'ACME' }),
    'a session with an empty tag': (harness) =>
      assume(harness.broker, harness, { tags: [tag('')] }),
    'a session with a second tag': (harness) =>
      assume(harness.broker, harness, { tags: [tag('acme'), tag('x', 'Role')] }),
    'a session whose only tag is another': (harness) =>
      assume(harness.broker, harness, { tags: [tag('acme', 'Tenant')] }),
    'a session whose tag is spelled otherwise': (harness) =>
      assume(harness.broker, harness, { tags: [tag('acme', 'tenantid')] }),
    'a session whose tag would be passed on': (harness) =>
      assume(harness.broker, harness, { transitive: ['TenantId'] }),
    'a tenant session opens another': (harness) =>
      assume(first(harness), harness, { tenantId: (harness.tenants[1] as Tenant).tenantId }),
    'the control plane opens a tenant session': (harness) =>
      assume(harness.controlPlane, harness, {}),
    'an administrator runs as any role of the stack': (harness) =>
      runsAs(harness.operator, harness, [harness.tenantRoleArn]),
    'the session broker runs as any role of the stack, but as the reader of all events': (
      harness,
    ) => runsAs(harness.broker, harness, [harness.tenantRoleArn, harness.allEventsReaderRoleArn]),
    'the authorizer opens a tenant session': (harness) => assume(harness.authorizer, harness, {}),
  }),
];
