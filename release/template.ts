/** The template by which releases are compared, and which of its resources a deployment would replace or remove. */
import { fullDiff, ResourceImpact } from '@aws-cdk/cloudformation-diff';
import { synthesize } from '../lib/synthesize.ts';

/** With all that a configuration may add and a later one would lose. */
const context = {
  issuer: 'https://id.example.com',
  audience: 'tenant-keys',
  tenants: [{ tenantId: 'acme' }],
  corsOrigins: ['https://app.example.com'],
  alarmEmail: 'alarms@example.com',
  'aws:cdk:bundling-stacks': [],
};

export interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string }>>;
}

/** @param folder for the assembly, whose only template is taken */
export function templateOfNow(folder: string): Template {
  const [stack] = synthesize(context, folder).stacks;
  if (stack === undefined) throw new Error('the app has no stack');
  return withoutDocument(stack.template);
}

/** docs/openapi.json is compared by itself. No other text of the template is as long. */
const withoutDocument = (template: Template): Template =>
  JSON.parse(JSON.stringify(template), (_, value: unknown) =>
    typeof value === 'string' && value.length > 50_000 ? '<docs/openapi.json>' : value,
  );

/** A picture of the API, which is made anew with each change and lets nothing be lost. */
const madeAnew = new Set(['AWS::ApiGateway::Deployment']);

const outcomes = new Map([
  [ResourceImpact.WILL_REPLACE, 'replaced'],
  [ResourceImpact.MAY_REPLACE, 'replaced'],
  [ResourceImpact.WILL_DESTROY, 'removed'],
  [ResourceImpact.WILL_ORPHAN, 'left alone'],
]);

/** CloudFormation refuses to change these of a key, so that nobody deletes a key by mistake (AWS::KMS::Key, "KeySpec"). */
const refusedOfKeys = ['KeySpec', 'KeyUsage', 'MultiRegion', 'Origin'];

/**
 * By what CloudFormation's own schemas say of each property, as AWS publishes them with CDK.
 * @returns a text for each resource that would not be the one that it was, or that CloudFormation would refuse to change
 */
export function lostResources(before: Template, after: Template): string[] {
  const lost: string[] = [];
  const { resources } = fullDiff(structuredClone(before), structuredClone(after));
  resources.forEachDifference((id, change) => {
    const type = change.oldResourceType ?? '';
    const isRefused =
      type === 'AWS::KMS::Key' && refusedOfKeys.some((name) => name in change.propertyUpdates);
    const outcome = isRefused ? 'refused' : outcomes.get(change.changeImpact);
    if (outcome !== undefined && !madeAnew.has(type)) lost.push(`${id} (${type}): ${outcome}`);
  });
  return lost.sort();
}
