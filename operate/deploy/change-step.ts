/** What a deployment would change, from the template that is deployed: nothing is asked of CloudFormation that it would keep. */
import { fullDiff, ResourceImpact, type TemplateDiff } from '@aws-cdk/cloudformation-diff';
import { Caution, type Step, StepFailure } from '../step.ts';
import { assemblyOf, type DeployPlan } from './plan.ts';

/** What cannot be made again from the template: where it is replaced, the new one is empty. */
const holdsData = new Set([
  'AWS::DynamoDB::Table',
  'AWS::DynamoDB::GlobalTable',
  'AWS::KMS::Key',
  'AWS::Logs::LogGroup',
  'AWS::S3::Bucket',
]);

export const changeStep: Step<DeployPlan> = {
  name: 'changes',
  needs: ['template', 'credentials', 'stack'],
  expected: 'no resource that holds data is replaced or removed',
  remedy: 'read `npx cdk diff` and CHANGELOG.md; if it is meant, say --replace',
  async run(plan) {
    const { template, stackName } = assemblyOf(plan);
    if (plan.stack === undefined) {
      return `${Object.keys(template.Resources).length} resources are made`;
    }
    const { TemplateBody = '{}' } = await plan.clients.cloudformation.getTemplate({
      StackName: stackName,
    });
    const { text, lost, cautions } = changesOf(JSON.parse(TemplateBody), template);
    if (lost.length > 0 && !plan.given.replace) throw new StepFailure(lost.join('; '));
    const notes = [...lost, ...cautions];
    if (notes.length > 0) throw new Caution([text, ...notes].join('; '));
    return text;
  },
};

export interface Changes {
  /** counts, in words */
  readonly text: string;
  /** resources that hold data and are replaced or removed */
  readonly lost: readonly string[];
  /** what else should be known before */
  readonly cautions: readonly string[];
}

const named = (id: string, type: string) => `${id} (${type})`;

export function changesOf(before: object, after: object): Changes {
  const diff = fullDiff(structuredClone(before), structuredClone(after));
  const of = (...impacts: ResourceImpact[]) => {
    const found: { id: string; type: string }[] = [];
    diff.resources.forEachDifference((id, change) => {
      if (impacts.includes(change.changeImpact)) {
        found.push({ id, type: String(change.oldResourceType ?? change.newResourceType) });
      }
    });
    return found;
  };
  const { WILL_CREATE, WILL_UPDATE, WILL_DESTROY, WILL_ORPHAN, WILL_REPLACE, MAY_REPLACE } =
    ResourceImpact;
  const replaced = of(WILL_REPLACE, MAY_REPLACE);
  const removed = of(WILL_DESTROY);
  const kept = of(WILL_ORPHAN);
  const counts = [
    [of(WILL_CREATE), 'made'],
    [of(WILL_UPDATE), 'changed'],
    [replaced, 'replaced'],
    [removed, 'removed'],
    [kept, "kept, but no longer the stack's"],
  ] as const;
  const isData = ({ type }: { type: string }) => holdsData.has(type);
  const list = (what: string, some: readonly { id: string; type: string }[]) =>
    some.map(({ id, type }) => `${what} ${named(id, type)}`);
  return {
    text:
      counts
        .filter(([some]) => some.length > 0)
        .map(([some, what]) => `${some.length} ${what}`)
        .join(', ') || 'nothing changes',
    lost: [
      ...list('REPLACES', replaced.filter(isData)),
      ...list('REMOVES', removed.filter(isData)),
    ],
    cautions: [
      ...list(
        'replaces',
        replaced.filter((one) => !isData(one)),
      ),
      ...list('leaves behind', kept),
      ...permissions(diff),
    ],
  };
}

function permissions({ iamChanges, permissionsBroadened }: TemplateDiff): string[] {
  if (!permissionsBroadened) return [];
  const added = iamChanges.statements.additions.length;
  return [
    `permissions are WIDENED: ${added} statements more or other ones (\`npx cdk diff\` shows them)`,
  ];
}
