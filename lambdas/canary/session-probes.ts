/** Probes of sts:AssumeRole: which principal opens which session, and how. */

import { canaryTenants, stranger, tenantA, tenantB } from '../../contract/canary-tenants.ts';
import { tenantIdTag } from '../../contract/tenant-id.ts';
import { type Assumption, assume, assumptionFor } from './assume-role.ts';
import {
  everyPrincipal,
  type Principal,
  type SessionName,
  sessions,
  titleOf,
} from './principals.ts';
import type { Probe } from './probe.ts';
import type { Targets } from './targets.ts';

const roles = {
  tenantRoleArn: 'a session',
  auditReaderRoleArn: 'an audit session',
} as const satisfies Partial<Record<keyof Targets, string>>;
type Role = keyof typeof roles;

const tags = { [tenantIdTag]: tenantA };

/** By what the names of probes say of such a session. */
const wrong: Readonly<Record<string, Assumption>> = {
  'without a tag': { sessionName: tenantA, tags: {} },
  'named after another tenant than its tag': { sessionName: tenantB, tags },
  'named in another spelling than its tag': { sessionName: tenantA.toUpperCase(), tags },
  'with a second tag': { sessionName: tenantA, tags: { ...tags, Role: 'admin' } },
  'with the tag in another spelling': { sessionName: tenantA, tags: { tenantid: tenantA } },
  'with an empty tag': { sessionName: tenantA, tags: { [tenantIdTag]: '' } },
  'whose tag would be passed on': { sessionName: tenantA, tags, transitive: true },
  'of a tenant that is not its own': assumptionFor(stranger),
};

/** As the session broker opens it, and as one of a tenant. */
const forAll: Readonly<Record<string, Assumption>> = {
  '': { sessionName: 'AllTenants', tags: {} },
  ', as a tenant': assumptionFor(tenantA),
};

export const sessionProbes: readonly Probe[] = [
  ...(Object.keys(sessions) as SessionName[]).map(
    (session): Probe => ({
      name: `the canary becomes ${titleOf(session)}`,
      expected: 'allowed',
      attempt: (principals) => principals.open(session),
    }),
  ),
  ...(Object.keys(roles) as Role[]).flatMap((role) => [
    ...Object.entries(wrong).map(([what, assumption]) =>
      refused('canary', role, `opens ${roles[role]} ${what}`, assumption),
    ),
    ...(['a', 'readerA', 'sessionBroker', 'dataPlane', 'audit'] as const).flatMap((principal) =>
      canaryTenants.map((tenantId) =>
        refused(principal, role, `opens ${roles[role]} of ${tenantId}`, assumptionFor(tenantId)),
      ),
    ),
  ]),
  ...everyPrincipal.flatMap((principal) =>
    Object.entries(forAll).map(([how, assumption]) =>
      refused(
        principal,
        'allEventsReaderRoleArn',
        `opens a session that reads all tenants' events${how}`,
        assumption,
      ),
    ),
  ),
];

function refused(
  principal: Principal,
  role: Role | 'allEventsReaderRoleArn',
  does: string,
  assumption: Assumption,
): Probe {
  return {
    name: `${titleOf(principal)} ${does}`,
    expected: 'refused',
    attempt: async (principals) => {
      const { sts } = await principals.as(principal);
      return assume(sts, principals.targets[role], assumption);
    },
  };
}
