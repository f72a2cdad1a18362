/**
 * The template with one guard less: of the tenant role, of the audit reader's role, or of the policy of a tenant's
 * key. That one is lost in all of the canary's keys that have the statement, as it would be if `keyPolicy` lost it.
 */

import type { Document, Statement, TemplateDocument } from '../../isolation/harness.ts';
import { type Mutation, mutationsOf, tenantKeyPolicy } from '../../isolation/mutations.ts';
import { policiesOf } from '../../isolation/policies.ts';

export interface Mutant {
  /** of the guard */
  readonly name: string;
  readonly template: TemplateDocument;
}

/** The policies of the roles of which each session is one tenant's, and that of the role that opens these sessions. */
const sessionRoles = /^(TenantRole|AuditReaderRole|SessionBrokerRoleOpenSessions)/;

export const mutantsOf = (template: TemplateDocument): Mutant[] => [
  ...ofRoles(template),
  ...ofKeyPolicy(template),
];

const ofRoles = (template: TemplateDocument): Mutant[] =>
  policiesOf(template)
    .filter(({ title }) => sessionRoles.test(title))
    .flatMap((location) =>
      mutationsOf(location.in(template), location.title).map(({ name, apply }) => {
        const changed = structuredClone(template);
        apply(location.in(changed));
        return { name, template: changed };
      }),
    );

function ofKeyPolicy(template: TemplateDocument): Mutant[] {
  const original = tenantKeyPolicy('canary_a');
  return mutationsOf(original, 'TenantKey').map((mutation) => {
    const changed = structuredClone(template);
    for (const [id, { Type, Properties }] of Object.entries(changed.Resources)) {
      if (Type === 'AWS::KMS::Key' && id.startsWith('CanaryKeys')) {
        mutate(Properties.KeyPolicy, original, mutation);
      }
    }
    return { name: mutation.name, template: changed };
  });
}

/**
 * A mutation finds its statement by its index in the original. So the policy gets the statements of the original in
 * that order, with an idle one where it does not have one.
 */
function mutate(policy: Document, original: Document, { apply }: Mutation): void {
  const aligned = original.Statement.map(
    (statement): Statement => own(policy, statement.Sid) ?? structuredClone({ ...statement, idle }),
  );
  const extra = policy.Statement.filter((statement) => !aligned.includes(statement));
  const mutated = { Statement: aligned };
  apply(mutated);
  policy.Statement = [...mutated.Statement.filter((statement) => !statement.idle), ...extra];
}

const idle = true;

const own = (policy: Document, sid: unknown): Statement | undefined =>
  policy.Statement.find(({ Sid }) => Sid === sid);
