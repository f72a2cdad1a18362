// Why a request was refused: by a policy of AWS, by API Gateway, by the function behind it, or by the state of a key.
import { answerBlock } from './decision.js';
import { facts, openDetail, sheet } from './detail.js';
import { make } from './dom.js';
import { load } from './load.js';
import { meaningOf } from './words.js';

/** @param event of the audit */
export function openWhy(event) {
  const calls = (event.kmsCalls ?? []).map(({ requestId }) => requestId);
  const requests = [event.requestId, ...calls].slice(0, mostRequests);
  let decisions;
  void openDetail(
    // What was decided stays so: it is asked for once, and not in each turn.
    async () => {
      decisions ??= (await Promise.all(requests.map(decisionsOf))).flat();
      return decisions;
    },
    (records) => whyDetail(event, records),
  );
}

/** A batch may have called KMS for each of its items. */
const mostRequests = 20;
const decisionsOf = (requestId) => load(`/_local/decisions/${encodeURIComponent(requestId)}`);

/** Who refuses where no policy of AWS does, by the kind of the event. */
const otherwise = {
  attempt: ({ status }) =>
    status === 401
      ? 'The authorizer refused it, before any function saw it: no token that counts came with it.'
      : 'API Gateway refused it, before any function saw it.',
  request: () => 'The function behind the API answered so. No policy of AWS refused a call of it.',
  kms: ({ errorCode }) =>
    meaningOf(errorCode) === errorCode
      ? 'No policy refused it: KMS answered so by the request itself.'
      : `No policy refused it: KMS answered so, since ${meaningOf(errorCode)}.`,
};

function whyDetail(event, records) {
  const { requestId, operation, kind, errorCode, status } = event;
  const refused = records.find(({ decision }) => !decision.allowed);
  const about = refused ?? (event.outcome === 'succeeded' ? records.at(-1) : undefined);
  if (about === undefined) {
    return sheet(
      operation,
      facts([
        ['Request', requestId],
        ['Answer', [status, errorCode].filter(Boolean).join(' ')],
      ]),
      make('p', {}, otherwise[kind]?.(event) ?? 'No policy refused it.'),
      make('p', {}, 'The stack keeps the last decisions only, so an old one may be forgotten.'),
    );
  }
  return sheet(
    `${about.action} ${about.decision.allowed ? 'allowed' : 'refused'}`,
    facts([
      ['Who', about.callerArn],
      ['Resource', about.resource],
      ['Request', requestId],
      ['Time', about.time],
    ]),
    answerBlock(about.decision, [about.action]),
  );
}
