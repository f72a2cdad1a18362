// Which statement decided, and why.
import { facts, sheet } from './detail.js';
import { chip, make, sub } from './dom.js';
import { meaningOf, pairs, stateWords } from './words.js';

export function cellDetail({ session, key, cases }) {
  const who = session.kind === 'tenant' ? `Session of ${session.name}` : session.name;
  const state =
    key.refusal === undefined
      ? stateWords(key.keyState)
      : `${stateWords(key.keyState)}: KMS answers ${key.refusal} to whoever the policies allow`;
  return sheet(
    `${who}, key of ${key.tenantId}`,
    facts([
      ['Session', session.arn],
      ['Tags', pairs(session.tags) || 'none'],
      ['Key', key.keyArn],
      ['State', state],
    ]),
    ...cases.map(({ encryptionContexts, answers }) =>
      make(
        'div',
        { class: 'case' },
        make('h3', {}, ...contextsText(encryptionContexts)),
        ...answers.map((answer) => answerBlock(answer, answer.actions, key.refusal)),
      ),
    ),
  );
}

function contextsText(contexts) {
  const named = contexts.filter((context) => Object.keys(context).length > 0);
  if (named.length === 0) return ['Without an encryption context'];
  const codes = named.flatMap((context, index) => [
    index === 0 ? '' : ' or ',
    make('code', {}, pairs(context)),
  ]);
  return [
    'With the encryption context ',
    ...codes,
    named.length < contexts.length ? ', or without one' : '',
  ];
}

/** @param refusal of KMS, whatever the policies allow */
export function answerBlock(decision, actions, refusal) {
  const { allowed, by, reasons, statement } = decision;
  const itself = by && `${by.policy} ${by.statement}: `;
  const title = by === undefined ? 'No statement allows it' : `${by.statement}`;
  const lines = reasons.map((reason) =>
    make('li', {}, named(reason.startsWith(itself) ? reason.slice(itself.length) : reason)),
  );
  return make(
    'div',
    { class: `answer ${allowed ? 'allowed' : 'refused'}` },
    make(
      'div',
      { class: 'actions' },
      ...verdictChips(allowed, refusal),
      ...actions.map((action) => make('code', {}, action)),
    ),
    make('p', {}, make('strong', { class: 'statement' }, title), whichPolicy(decision, actions[0])),
    lines.length === 0 ? undefined : make('ul', {}, ...lines),
    statement === undefined
      ? undefined
      : make(
          'details',
          { open: true },
          make('summary', {}, 'The statement'),
          make('pre', {}, JSON.stringify(statement, null, 2)),
        ),
  );
}

function verdictChips(allowed, refusal) {
  if (!allowed) return [chip('✕ refused', 'no')];
  if (refusal === undefined) return [chip('✓ allowed', 'yes')];
  return [chip('✓ allowed'), chip(`✕ ${refusal}: ${meaningOf(refusal)}`, 'care')];
}

function whichPolicy(decision, action) {
  const { allowed, kind, by } = decision;
  const where = by === undefined ? '' : policyText(named(by.policy));
  if (allowed) return sub(where === '' ? '' : `Allow in the ${where}`);
  const how = kind === 'explicit-deny' ? `explicit Deny in the ${where}` : 'no Allow of it matches';
  return sub(`Refused by ${layerOf(decision, action)}: ${how}`);
}

const policyText = (policy) => (/^(key|trust) policy/.test(policy) ? policy : `policy ${policy}`);

/** A policy is the session's (`identity`), or that of the resource itself. */
function layerOf({ side }, action) {
  if (action.startsWith('execute-api:'))
    return "API Gateway, by the authorizer's policy for the token";
  if (side === 'identity') return 'IAM, by the policies of the session';
  if (side !== 'resource') return 'AWS';
  return action.startsWith('kms:')
    ? "KMS, by the key's own policy"
    : "STS, by the role's trust policy";
}

/** ARNs of keys, and whose they are. */
let names = [];
export function nameKeys(named) {
  names = named.filter(([arn]) => arn !== undefined);
}
const named = (line) => names.reduce((rest, [arn, name]) => rest.replaceAll(arn, name), line);
