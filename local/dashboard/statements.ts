/** The text of the statement that decided, for the page. */
import type { StatementName } from '../iam/decision.ts';
import type { Template } from '../template/template.ts';
import type { RegisteredTenant } from './tenants.ts';

export type StatementJson = Readonly<Record<string, unknown>>;

interface Document {
  readonly Statement: StatementJson | readonly StatementJson[];
}

/** @returns the policies of the template's roles, by their names in decisions */
export function rolePolicies(template: Template): ReadonlyMap<string, Document> {
  const documents = new Map<string, Document>();
  const roles = template.ofType('AWS::IAM::Role');
  const add = (logicalId: string, policy: Readonly<Record<string, unknown>>) =>
    documents.set(`${logicalId}/${policy.PolicyName}`, policy.PolicyDocument as Document);
  for (const { logicalId, properties } of roles) {
    for (const policy of (properties.Policies ?? []) as StatementJson[]) add(logicalId, policy);
  }
  for (const { properties } of template.ofType('AWS::IAM::Policy')) {
    const holders = roles.filter((role) =>
      (properties.Roles as readonly string[]).includes(template.identity(role.logicalId).ref),
    );
    for (const { logicalId } of holders) add(logicalId, properties);
  }
  return documents;
}

/** @returns undefined where the text of its policy is not known, or has two statements of that name */
export function statementOf(
  { policy, statement }: StatementName,
  { keyArn, key }: Pick<RegisteredTenant, 'keyArn' | 'key'>,
  policies: ReadonlyMap<string, Document>,
): StatementJson | undefined {
  const isKeyPolicy = key !== undefined && policy === `key policy of ${keyArn}`;
  const document = isKeyPolicy ? (JSON.parse(key.policy) as Document) : policies.get(policy);
  if (document === undefined) return undefined;
  const statements = [document.Statement].flat() as StatementJson[];
  const named = statements.filter(({ Sid }, index) => (Sid || `#${index}`) === statement);
  return named.length === 1 ? named[0] : undefined;
}
