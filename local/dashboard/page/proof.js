// The last proof.
import { $, chip, make, sub, text } from './dom.js';
import { minute, plural } from './words.js';

let proofDrawn = '';
const signs = { proved: '✓ proved', refuted: '✕ refuted', unknown: '? not known' };
const verdictTones = { proved: 'yes', refuted: 'no', unknown: 'care' };

export function showProof(proof) {
  const drawn = JSON.stringify(proof);
  if (drawn === proofDrawn) return;
  proofDrawn = drawn;
  const isRead = proof.state === 'read';
  $('proof-verdict').hidden = $('proof-list').hidden = !isRead;
  $('proof-empty').hidden = isRead;
  const theorems = isRead ? proof.report.theorems : [];
  $('proof-open').replaceChildren(
    ...theorems.filter(({ open }) => open.length > 0).map(openTheorem),
  );
  $('theorems').replaceChildren(...theorems.map(theoremItem));
  if (isRead) showProofVerdict(proof);
  else
    text(
      $('proof-none'),
      proof.state === 'none'
        ? 'Not proved yet on this machine. This takes about a minute:'
        : `The last report on this machine cannot be read: ${proof.message}. This makes a new one:`,
    );
}

function showProofVerdict({ isOfThesePolicies, report: { theorems, date, solver } }) {
  const count = (wanted) => theorems.filter(({ verdict }) => verdict === wanted).length;
  const [proved, refuted, unknown] = ['proved', 'refuted', 'unknown'].map(count);
  const isHeld = proved === theorems.length;
  const open = [refuted > 0 ? `${refuted} refuted` : '', unknown > 0 ? `${unknown} not known` : '']
    .filter(Boolean)
    .join(', ');
  const other = 'proved of other policies than these';
  $('proof-verdict').dataset.state = isHeld && isOfThesePolicies ? 'kept' : 'crossed';
  text($('proof-figure'), String(proved));
  text(
    $('proof-text'),
    `of ${plural(theorems.length, 'theorem')} ${proved === 1 ? 'is' : 'are'} ${isOfThesePolicies ? 'proved' : other}${isHeld ? '' : `; ${open}`}.`,
  );
  const asked = theorems.reduce((sum, { questions }) => sum + questions, 0).toLocaleString('en');
  const whose = isOfThesePolicies
    ? "of the policies in this stack's template"
    : 'to prove these: npm run prove';
  text($('proof-sub'), `${minute(date)} UTC, ${solver}, ${asked} questions; ${whose}.`);
  text($('proof-summary'), `The ${plural(theorems.length, 'theorem')}`);
}

const verdictChip = (verdict) => chip(signs[verdict], verdictTones[verdict]);
const openTheorem = ({ id, sentence, verdict, open, openCount }) =>
  make(
    'li',
    { 'data-verdict': verdict },
    make('div', { class: 'actions' }, verdictChip(verdict), make('strong', {}, `Theorem ${id}`)),
    make('p', {}, sentence),
    ...open.flatMap(({ kind, sentence: told }) => [
      sub(kind === 'counterexample' ? 'Counterexample' : 'Open'),
      make('p', {}, told),
    ]),
    openCount > open.length
      ? sub(`and ${openCount - open.length} more: .prove/last.json has them all`)
      : '',
  );
const theoremItem = ({ id, sentence, lines = [], verdict, questions }) =>
  make(
    'li',
    { class: 'theorem', 'data-theorem': id },
    make('span', {}, verdictChip(verdict)),
    make('span', { class: 'number' }, id),
    make(
      'div',
      { class: 'sentence' },
      sentence,
      lines.length === 0 ? '' : make('ul', {}, ...lines.map((line) => make('li', {}, line))),
      sub(plural(questions, 'question')),
    ),
  );
