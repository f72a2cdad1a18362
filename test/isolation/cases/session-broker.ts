/** Who opens sessions of tenants: the session broker, from within its own function, and nobody else. */
import { canaryTenants, stranger, tenantA, tenantB } from '../../../contract/canary-tenants.ts';
import { assume, claims } from './attempts.ts';
import { type Case, type Clients, decide, type Harness } from './case.ts';

const sessionRoles = ['tenantRoleArn', 'auditReaderRoleArn'] as const;
type SessionRole = (typeof sessionRoles)[number];
const kinds: Readonly<Record<SessionRole, string>> = {
  tenantRoleArn: "a tenant's session",
  auditReaderRoleArn: "a tenant's reader",
};

type Tag = { readonly Key: string; readonly Value: string };
type Who = (harness: Harness) => Clients;
/** By what the names of cases call them: environments and sessions that an attacker may have got hold of. */
const strangers: Readonly<Record<string, Who>> = {
  "the data plane's environment": ({ dataPlane }) => dataPlane,
  "the audit function's environment": ({ audit }) => audit,
  "the broker's role, passed to another function": ({ inFunction }) =>
    inFunction('FunctionsCrypto', 'SessionBrokerRole'),
  "the broker's role outside of any function": ({ outside }) => outside('SessionBrokerRole'),
};

const opens =
  (who: Who, role: SessionRole, tenantId = 'acme') =>
  (harness: Harness) =>
    assume(who(harness), harness, { tenantId, roleArn: harness[role] });

const openers: Case[] = sessionRoles.flatMap((role) => [
  ...claims('allowed', ['deployed'], {
    [`the session broker opens ${kinds[role]}`]: opens(({ broker }) => broker, role),
  }),
  ...claims(
    'denied',
    ['deployed'],
    Object.fromEntries(
      Object.entries(strangers).map(([name, who]) => [
        `${name} opens ${kinds[role]}`,
        opens(who, role),
      ]),
    ),
  ),
]);

/** A session of the broker's role in the broker's function, which no call can make with tags. */
const inItsFunction = (harness: Harness, tags: Readonly<Record<string, string>> = {}) => ({
  ...harness.caller('SessionBrokerRole'),
  tags,
  sourceFunctionArn: harness.brokerArn,
});

const opensAs = (of: string, role: SessionRole, tenantId: string) => (harness: Harness) =>
  decide(
    inItsFunction(harness, { TenantId: of }),
    {
      action: 'sts:AssumeRole',
      resource: harness[role],
      context: { 'aws:RequestTag/TenantId': tenantId, 'sts:RoleSessionName': tenantId },
    },
    role === 'tenantRoleArn' ? harness.tenantTrustPolicy : harness.auditReaderTrustPolicy,
  );

const becomes =
  (role: string, tenantId?: string, more: Tag[] = []) =>
  async (harness: Harness) => {
    const roleArn = harness.roleArns.find((arn) => arn.includes(role));
    const own = tenantId === undefined ? [] : [{ Key: 'TenantId', Value: tenantId }];
    return assume(harness.canary, harness, {
      tags: [...own, ...more],
      tenantId: tenantId ?? tenantA,
      roleArn: roleArn as string,
    });
  };

/** The canary may try the roles without their functions, and stays one of its own two tenants in all of them. */
const canary: Case[] = [
  ...['SessionBrokerRole', 'DataPlaneRole', 'AuditRole'].flatMap((role) => [
    ...claims('allowed', ['deployed'], {
      [`the canary becomes ${role}, tagged as its own tenant`]: becomes(role, tenantA),
    }),
    ...claims('denied', ['deployed'], {
      [`the canary becomes ${role} without a tag`]: becomes(role),
      [`the canary becomes ${role} and hides that it is one of the product's`]: becomes(
        role,
        tenantA,
        [{ Key: 'ManagedBy', Value: 'nobody' }],
      ),
      [`the canary becomes ${role}, tagged as a tenant`]: becomes(role, 'acme'),
      [`an administrator becomes ${role}, tagged as the canary's tenant`]: async (harness) => {
        const RoleArn = harness.roleArns.find((arn) => arn.includes(role));
        return harness.operator.sts.assumeRole({
          RoleArn,
          RoleSessionName: tenantA,
          Tags: [{ Key: 'TenantId', Value: tenantA }],
        });
      },
    }),
  ]),
  ...sessionRoles.flatMap((role) => [
    ...claims('allowed', ['deployed'], {
      [`the canary as the broker, in its function, would open ${kinds[role]} of its own`]: opensAs(
        tenantA,
        role,
        tenantB,
      ),
    }),
    ...claims(
      'denied',
      ['deployed'],
      Object.fromEntries(
        canaryTenants.flatMap((of) =>
          ['acme', stranger].map((tenantId) => [
            `the canary as the broker, in its function, as ${of}, opens ${kinds[role]} of ${tenantId}`,
            opensAs(of, role, tenantId),
          ]),
        ),
      ),
    ),
  ]),
];

const reach = claims('denied', ['deployed'], {
  'the session broker opens a session of another role': (harness) =>
    decide(inItsFunction(harness), {
      action: 'sts:AssumeRole',
      resource: 'arn:aws:iam::111122223333:role/other',
      context: {},
    }),
});

export const sessionBroker: readonly Case[] = [...openers, ...canary, ...reach];
