// Which statement decided, and why.
import { facts, sheet } from './detail.js';
import { chip, make } from './dom.js';
import { pairs } from './words.js';

export function cellDetail({ session, key, cases }) {
  const who = session.kind === 'tenant' ? `Session of ${session.name}` : session.name;
  const state =
    key.keyState === 'Enabled'
      ? key.keyState
      : `${key.keyState}: KMS refuses every use, whatever the policies say`;
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
        ...answers.map((answer) => answerBlock(answer, answer.actions)),
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
function answerBlock({ allowed, kind, by, reasons, statement }, actions) {
  const policy = by && named(by.policy);
  const itself = by && `${by.policy} ${by.statement}: `;
  const title = by === undefined ? 'No statement allows it' : `${by.statement}`;
  const why = kind === 'explicit-deny' ? 'explicit Deny in the ' : allowed ? 'Allow in the ' : '';
  return make(
    'div',
    { class: `answer ${allowed ? 'allowed' : 'refused'}` },
    make(
      'div',
      { class: 'actions' },
      chip(allowed ? '✓ allowed' : '✕ refused', allowed ? 'yes' : 'no'),
      ...actions.map((action) => make('code', {}, action)),
    ),
    make(
      'p',
      {},
      make('strong', { class: 'statement' }, title),
      by === undefined
        ? ''
        : make(
            'span',
            { class: 'sub' },
            `${why}${/^key policy/.test(policy) ? policy : `policy ${policy}`}`,
          ),
    ),
    reasons.length === 0
      ? undefined
      : make(
          'ul',
          {},
          ...reasons.map((reason) =>
            make('li', {}, named(reason.startsWith(itself) ? reason.slice(itself.length) : reason)),
          ),
        ),
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

export function decisionDetail(requestId, operation, records) {
  const about = records.find(({ decision }) => !decision.allowed) ?? records.at(-1);
  if (about === undefined) {
    return sheet(
      operation,
      facts([['Request', requestId]]),
      make(
        'p',
        {},
        'No policy refused this, or the stack no longer knows: it keeps the last decisions in memory only.',
      ),
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

/** ARNs of keys, and whose they are. */
let names = [];
export function nameKeys(named) {
  names = named;
}
const named = (line) => names.reduce((rest, [arn, name]) => rest.replaceAll(arn, name), line);
