/** Where the policies of the stack stand in the template. */
import type { Document, TemplateDocument } from './harness.ts';

export interface PolicyLocation {
  /** such as `ControlPlaneRole/Policy` */
  readonly title: string;
  /** the document in this template, to be read or changed */
  readonly in: (template: TemplateDocument) => Document;
}

/** @returns every policy document of the template that the local stack enforces, but those of tenants' keys */
export function policiesOf(template: TemplateDocument): PolicyLocation[] {
  return Object.entries(template.Resources).flatMap(([id, { Type, Properties }]) => {
    const title = id.replace(/[0-9A-F]{8}$/, '');
    const at = (
      name: string,
      find: (properties: typeof Properties) => Document,
    ): PolicyLocation => ({
      title: `${title}/${name}`,
      in: (document) => find(document.Resources[id].Properties),
    });
    switch (Type) {
      case 'AWS::IAM::Role':
        return [
          at('TrustPolicy', (properties) => properties.AssumeRolePolicyDocument),
          ...(Properties.Policies ?? []).map((policy: { PolicyName: string }, index: number) =>
            at(policy.PolicyName, (properties) => properties.Policies[index].PolicyDocument),
          ),
        ];
      case 'AWS::IAM::Policy':
        return [at('PolicyDocument', (properties) => properties.PolicyDocument)];
      case 'AWS::KMS::Key':
        // A declared tenant's key has the policy of every tenant's, word for word: test/lib asserts it.
        if (id.startsWith('DeclaredTenants')) return [];
        // The canary's keys are for losing guards: test/lambdas/canary asserts that it notices each.
        if (id.startsWith('CanaryKeys')) return [];
        return [at('KeyPolicy', (properties) => properties.KeyPolicy)];
      default:
        return [];
    }
  });
}
