/** Paths to sessions: who becomes whom, and how. */

import { canaryTenants, stranger, tenantA, tenantB } from '../../contract/canary-tenants.ts';
import { tenantIdTag } from '../../contract/tenant-id.ts';
import { type Assumption, assume, sessionOf } from './assume-role.ts';
import { type Actor, actors, type SessionName, titleOf } from './principals.ts';
import type { Path } from './probe.ts';
import type { Places } from './targets.ts';

const roles = {
  tenantRoleArn: 'a session',
  auditReaderRoleArn: 'an audit session',
} as const satisfies Partial<Record<keyof Places, string>>;
type Role = keyof typeof roles;

const tags = { [tenantIdTag]: tenantA };

/** By what the names of paths say of such a session. */
const wrong: Readonly<Record<string, Assumption>> = {
  'without a tag': { sessionName: tenantA, tags: {} },
  'named after another tenant than its tag': { sessionName: tenantB, tags },
  'named in another spelling than its tag': { sessionName: tenantA.toUpperCase(), tags },
  'with a second tag': { sessionName: tenantA, tags: { ...tags, Role: 'admin' } },
  'with the tag in another spelling': { sessionName: tenantA, tags: { tenantid: tenantA } },
  'with an empty tag': { sessionName: tenantA, tags: { [tenantIdTag]: '' } },
  'whose tag would be passed on': { sessionName: tenantA, tags, transitive: true },
  'of a tenant that is not its own': sessionOf(stranger),
};

export const sessionPaths: readonly Path[] = [
  ...(Object.keys(actors) as SessionName[]).map(
    (session): Path => ({
      name: `the canary becomes ${titleOf(session)}`,
      expected: 'allowed',
      attempt: (cast) => cast.open(session),
    }),
  ),
  ...(Object.keys(roles) as Role[]).flatMap((role) => [
    ...Object.entries(wrong).map(([what, assumption]) =>
      refused('canary', role, `opens ${roles[role]} ${what}`, assumption),
    ),
    ...(['a', 'readerA'] as const).flatMap((who) =>
      canaryTenants.map((tenantId) =>
        refused(who, role, `opens ${roles[role]} of ${tenantId}`, sessionOf(tenantId)),
      ),
    ),
  ]),
];

function refused(who: Actor, role: Role, does: string, assumption: Assumption): Path {
  return {
    name: `${titleOf(who)} ${does}`,
    expected: 'refused',
    attempt: async (cast) => {
      const { sts } = await cast.as(who);
      return assume(sts, cast.places[role], assumption);
    },
  };
}
