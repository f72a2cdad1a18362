/**
 * Which policies each case rests on, told by a run of all cases with no guard taken out. It serves to try those
 * cases first that may notice a guard's absence; whether one notices, only its answer without the guard says.
 */
import { explain } from '../../local/iam/authorize.ts';
import { type Case, type Situation, situations } from './cases/case.ts';
import { cases } from './cases.ts';
import { openHarness, type TemplateDocument } from './harness.ts';

export interface Evidence {
  readonly situation: Situation;
  readonly claim: Case;
  /** the decisions in words, which name statements and policies */
  readonly text: string;
}

export async function gatherEvidence(
  template: TemplateDocument,
  tried: readonly Case[] = cases,
): Promise<Evidence[]> {
  const gathered: Evidence[] = [];
  for (const situation of situations) {
    const requestIds: string[] = [];
    const onCall = ({ requestId }: { readonly requestId: string }) => requestIds.push(requestId);
    const harness = await openHarness({ template, situation, onCall });
    for (const claim of tried.filter((each) => each.situations.includes(situation))) {
      const said = await claim.attempt(harness).then(
        () => '',
        (error) => String(error),
      );
      const records = requestIds.splice(0).flatMap((id) => harness.deployment.decisions.of(id));
      const decisions = records.map(({ decision }) => explain(decision));
      gathered.push({ situation, claim, text: [said, ...decisions].join('\n') });
    }
    await harness.close();
  }
  return gathered;
}

export interface Clue extends Evidence {
  /** that the case rests on the statement, or at least on its policy: the more, the likelier it notices */
  readonly weight: number;
}

/**
 * @param guard the name of a mutation: `<logical id>/<policy> <Sid>: <what>`
 * @returns all of the evidence, the weightiest first, and of that the shortest: it tells of few requests, and of few
 *   guards beside this one
 */
export function cluesTo(guard: string, evidence: readonly Evidence[]): Clue[] {
  const [, owner = '', policy = '', sid = ''] = /^([^/ ]+)(?:\/(\S+))? ([^:]+):/.exec(guard) ?? [];
  const ofPolicy = owner === 'TenantKey' ? 'key policy of' : owner;
  const ofStatement = sid.startsWith('#') ? policy : sid;
  return evidence
    .map((each) => {
      const isOfPolicy = each.text.includes(ofPolicy);
      const weight = isOfPolicy ? 1 + Number(each.text.includes(ofStatement)) : 0;
      return { ...each, weight };
    })
    .toSorted((one, other) => other.weight - one.weight || one.text.length - other.text.length);
}
