/** The stack with one guard taken out of its policies: every guard, one at a time. */
import type { HarnessOptions, TemplateDocument } from './harness.ts';
import { type Mutation, mutationsOf, tenantKeyPolicy } from './mutations.ts';
import { policiesOf } from './policies.ts';

export interface Mutant extends Mutation {
  readonly options: Omit<HarnessOptions, 'situation'>;
}

/** @returns one for each guard of the template's policies, and of the policy of tenants' keys */
export const mutantsOf = (template: TemplateDocument): Mutant[] => [
  ...inTemplate(template),
  ...inKeyPolicy(template),
];

const inTemplate = (template: TemplateDocument): Mutant[] =>
  policiesOf(template).flatMap((location) =>
    mutationsOf(location.in(template), location.title).map((mutation) => {
      const changed = structuredClone(template);
      mutation.apply(location.in(changed));
      return { ...mutation, options: { template: changed } };
    }),
  );

const inKeyPolicy = (template: TemplateDocument): Mutant[] =>
  mutationsOf(tenantKeyPolicy('acme'), 'TenantKey').map((mutation) => ({
    ...mutation,
    options: { template, mutateKeyPolicy: mutation.apply },
  }));
