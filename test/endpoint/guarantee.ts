/** An attempt that AWS must refuse, and what an endpoint did with it. */
import type { Identities } from './identities.ts';

export interface Guarantee {
  readonly name: string;
  readonly attempt: (identities: Identities) => Promise<unknown>;
  /** the same by a principal that may do it: if that is denied as well, a denial proves nothing */
  readonly control?: Guarantee['attempt'];
  /** names of errors that count as a refusal, beside AccessDenied */
  readonly refusals?: readonly string[];
}

export interface Verdict {
  readonly guarantee: string;
  /** an error that is no refusal, such as an operation that the endpoint does not have, proves nothing */
  readonly outcome: 'enforced' | 'not enforced' | 'unclear';
  readonly answer: string;
}

/** KMS and DynamoDB answer AccessDeniedException, STS and IAM answer AccessDenied. */
const denials = ['AccessDenied', 'AccessDeniedException'];

export async function judge(guarantee: Guarantee, identities: Identities): Promise<Verdict> {
  const { name, control, refusals = [] } = guarantee;
  const verdict = (outcome: Verdict['outcome'], answer: string): Verdict => ({
    guarantee: name,
    outcome,
    answer,
  });
  try {
    await guarantee.attempt(identities);
    return verdict('not enforced', 'it was done');
  } catch (error) {
    const { name: answer, message } = error as Error;
    if (![...denials, ...refusals].includes(answer)) {
      return verdict('unclear', `${answer}: ${message}`);
    }
    const unfounded = await refusalOf(control, identities);
    return unfounded === undefined
      ? verdict('enforced', answer)
      : verdict('unclear', `refused to those as well who may do it: ${unfounded}`);
  }
}

/** @returns name of the error, undefined where it was done */
async function refusalOf(
  attempt: Guarantee['control'],
  identities: Identities,
): Promise<string | undefined> {
  try {
    await attempt?.(identities);
    return undefined;
  } catch (error) {
    return (error as Error).name;
  }
}
