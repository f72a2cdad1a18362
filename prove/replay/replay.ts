/**
 * A counterexample tried: its request is sent to a local stack of the same template, really, by a caller of that kind,
 * in the situation of its question. Invariant: `confirmed` is said only where the stack's policies allowed every access
 * that the request asked for, and where the request as the stack saw it, not as it was meant, is itself against the
 * theorem. So neither a refusal nor a request of another tenant, tag or context is ever taken for the model's.
 */
import { systemClock } from '../../local/clock.ts';
import { type Deployment, deploy } from '../../local/deployment.ts';
import { localAccount } from '../../local/stack.ts';
import type { StackPolicies } from '../stack-policies.ts';
import type { Question } from '../theorems/theorem.ts';
import { callerOf } from './caller.ts';
import type { ClientOptions } from './client-options.ts';
import { type DecisionRecord, decisionsOf } from './decisions.ts';
import { NotReplayable } from './not-replayable.ts';
import type { ReplayedStack } from './replayed-stack.ts';
import { requests } from './requests.ts';
import { type SentRequest, sentRequest } from './sent.ts';
import { replayedAlias, targetOf } from './target.ts';
import { type Model, type Wanted, wantedOf } from './wanted.ts';

export interface Replayed {
  readonly outcome: 'confirmed' | 'not confirmed' | 'not replayable';
  /** for a person: what the stack answered, who refused and what is not modelled, or why it cannot be sent */
  readonly why: string;
  /** of what is confirmed: whether the stack did it, or only allowed it and refused it afterwards for another reason */
  readonly isCarriedOut?: boolean;
}

/**
 * Starts a stack of its own, which ends with the replay: what another request changed has no part in it.
 * @param model of the question's counterexample
 */
export async function replay(
  question: Question,
  model: Model,
  stack: ReplayedStack,
): Promise<Replayed> {
  try {
    const wanted = wantedOf(question, model);
    const deployment = await deploy({ template: stack.template, clock: systemClock, port: 0 });
    try {
      return await replayOn(deployment, question, wanted, stack.policies);
    } finally {
      await deployment.close();
    }
  } catch (error) {
    if (!(error instanceof NotReplayable)) throw error;
    return { outcome: 'not replayable', why: error.message };
  }
}

async function replayOn(
  deployment: Deployment,
  question: Question,
  wanted: Wanted,
  policies: StackPolicies,
): Promise<Replayed> {
  const { asked } = question.request;
  const caller = callerOf(asked, wanted, policies, deployment);
  const send = requests.get(wanted.action);
  if (send === undefined) {
    throw new NotReplayable(`there is no replay of ${wanted.action || 'no action'}`);
  }
  const as = (credentials: ClientOptions['credentials']): ClientOptions => ({
    endpoint: deployment.url,
    region: localAccount.region,
    credentials,
    maxAttempts: 1,
  });
  const operator = as(deployment.operator);
  const target = await targetOf(asked, wanted, policies, operator);
  const { error, requestId } = await answerTo(
    send({
      wanted,
      target,
      aliasName: replayedAlias(policies),
      caller: as(caller.credentials),
      operator,
    }),
  );
  const records = await decisionsOf(deployment.url, requestId);
  const record = records.find(
    ({ action, resource, callerArn }) =>
      action.toLowerCase() === wanted.action &&
      resource === target.arn &&
      callerArn === caller.identity.arn,
  );
  if (record === undefined) {
    throw new NotReplayable(`the policies were not asked about it: ${error?.message}`);
  }
  const sent = sentRequest(question, wanted, { caller: caller.identity, request: record });
  return judged({ sent, record, records, error });
}

interface Judged {
  readonly sent: SentRequest;
  /** of the access that the question is about */
  readonly record: DecisionRecord;
  /** of all that the request needs */
  readonly records: readonly DecisionRecord[];
  readonly error: Error | undefined;
}

/** @throws NotReplayable */
function judged({ sent, record, records, error }: Judged): Replayed {
  if (!sent.isCounterexample) {
    const differences = sent.differences.join('; ');
    throw new NotReplayable(`a request to the local stack cannot be so: ${differences}`);
  }
  const refused = records.find(({ decision }) => !decision.allowed);
  if (refused !== undefined) {
    return { outcome: 'not confirmed', why: refusal(refused, record, sent.abstractions) };
  }
  return {
    outcome: 'confirmed',
    why: confirmation(record, error),
    isCarriedOut: error === undefined,
  };
}

function confirmation({ action, explanation }: DecisionRecord, error: Error | undefined): string {
  const ending =
    error === undefined ? 'and was carried out' : `and failed only afterwards, with ${error.name}`;
  return `${action} on a local stack of the template was ${explanation}, ${ending}`;
}

function refusal(
  { action, explanation }: DecisionRecord,
  asked: DecisionRecord,
  abstractions: readonly string[],
): string {
  const cause =
    action !== asked.action
      ? `the question is of ${asked.action}, the request needs both`
      : abstractions.length === 0
        ? 'nothing that is not modelled explains it: the formulas and the local stack disagree'
        : `not modelled, and so free for the solver: ${abstractions.join(', ')}`;
  return `${action} on a local stack of the template was ${explanation}; ${cause}`;
}

/** @throws NotReplayable where it was never sent */
const answerTo = (sending: Promise<unknown>) =>
  sending.then(
    (output) => ({ error: undefined, requestId: requestIdOf(output) }),
    (error: Error) => {
      if (error instanceof NotReplayable) throw error;
      return { error, requestId: requestIdOf(error) };
    },
  );

/** @throws NotReplayable where no answer came from AWS */
function requestIdOf(answer: unknown): string {
  const { $metadata, message } = answer as { $metadata?: { requestId?: string }; message?: string };
  const id = $metadata?.requestId;
  if (id === undefined) throw new NotReplayable(`the request was not sent: ${message}`);
  return id;
}
