/** An attempt that AWS must refuse, and what an endpoint did with it. */
import type { World } from './identities.ts';

export interface Guarantee {
  readonly name: string;
  readonly attempt: (world: World) => Promise<unknown>;
  /** the same by somebody who may: where that is denied as well, a denial proves nothing */
  readonly control?: Guarantee['attempt'];
  /** names of errors that are a refusal as well, beside AccessDenied */
  readonly refusals?: readonly string[];
}

export interface Verdict {
  readonly guarantee: string;
  /** an error that is no refusal, such as an operation that the endpoint does not have, proves nothing */
  readonly outcome: 'enforced' | 'not enforced' | 'unclear';
  readonly answer: string;
}

/** KMS and DynamoDB say the one, STS and IAM the other. */
const denials = ['AccessDenied', 'AccessDeniedException'];

export async function judge(guarantee: Guarantee, world: World): Promise<Verdict> {
  const { name, control, refusals = [] } = guarantee;
  const verdict = (outcome: Verdict['outcome'], answer: string): Verdict => ({
    guarantee: name,
    outcome,
    answer,
  });
  try {
    await guarantee.attempt(world);
    return verdict('not enforced', 'it was done');
  } catch (error) {
    const { name: answer, message } = error as Error;
    if (![...denials, ...refusals].includes(answer)) {
      return verdict('unclear', `${answer}: ${message}`);
    }
    const unfounded = await refusalOf(control, world);
    return unfounded === undefined
      ? verdict('enforced', answer)
      : verdict('unclear', `refused to those as well who may do it: ${unfounded}`);
  }
}

/** @returns name of the error, undefined where it was done */
async function refusalOf(attempt: Guarantee['control'], world: World): Promise<string | undefined> {
  try {
    await attempt?.(world);
    return undefined;
  } catch (error) {
    return (error as Error).name;
  }
}
