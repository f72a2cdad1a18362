// Who may use which key.
import { stateOfCell } from './cell.js';
import { cellDetail, nameKeys } from './decision.js';
import { openDetail } from './detail.js';
import { $, make, sub, text } from './dom.js';
import { load } from './load.js';
import { showVerdict } from './verdict.js';
import { pairs, stateWords } from './words.js';

let matrixDrawn = '';

export function showMatrix(matrix) {
  const { actions, columns, rows } = matrix;
  const none = columns.length === 0;
  for (const id of ['matrix-split', 'legend']) $(id).hidden = none;
  $('verdict').hidden = matrix.total === 0;
  $('matrix-empty').hidden = matrix.total !== 0;
  nameKeys(columns.map(({ keyArn, tenantId }) => [keyArn, `${tenantId}'s key`]));
  const shape = JSON.stringify([columns, rows.map(({ id, arn }) => [id, arn])]);
  if (shape !== matrixDrawn) drawMatrix(columns, rows);
  matrixDrawn = shape;
  const buttons = $('matrix').querySelectorAll('button');
  const states = rows.flatMap((row) =>
    row.cells.map((allowed, x) => stateOfCell(row, columns[x], allowed, actions)),
  );
  states.forEach((state, index) => {
    showCell(
      buttons[index],
      state,
      rows[Math.floor(index / columns.length)],
      columns[index % columns.length],
    );
  });
  showVerdict(matrix, states);
}

function drawMatrix(columns, rows) {
  const focused = document.activeElement?.dataset?.cell;
  const head = make(
    'tr',
    {},
    make('th', { scope: 'col' }, 'Session'),
    ...columns.map(columnHeader),
  );
  const isTenant = ({ kind }) => kind === 'tenant';
  $('matrix').dataset.size = columns.length > 8 ? 'many' : 'few';
  $('matrix').replaceChildren(
    make('caption', { class: 'unseen' }, 'Sessions in rows, keys in columns'),
    make('thead', {}, head),
    group('Sessions of the tenant role, each with its tag', columns, rows.filter(isTenant)),
    group(
      'Everybody else',
      columns,
      rows.filter((row) => !isTenant(row)),
    ),
  );
  const buttons = [...$('matrix').querySelectorAll('button')];
  const current = buttons.find(({ dataset }) => dataset.cell === focused);
  if (buttons.length > 0) (current ?? buttons[0]).tabIndex = 0;
  current?.focus();
}

const columnHeader = ({ tenantId, keyState, keyArn }) =>
  make(
    'th',
    { scope: 'col', title: keyArn === undefined ? tenantId : `${tenantId}, ${keyArn}` },
    make('span', { class: 'name' }, tenantId),
    sub(keyState === 'None' ? 'no key yet' : stateWords(keyState)),
  );

const group = (title, columns, members) =>
  make(
    'tbody',
    {},
    make(
      'tr',
      { class: 'group' },
      make('th', { scope: 'rowgroup', colSpan: columns.length + 1 }, make('span', {}, title)),
    ),
    ...members.map((row) =>
      make(
        'tr',
        {},
        rowHeader(row),
        ...columns.map(({ tenantId }) => make('td', {}, cellButton([row.id, tenantId]))),
      ),
    ),
  );

const cellButton = (cell) =>
  make('button', {
    type: 'button',
    class: 'cell',
    tabIndex: -1,
    'data-cell': JSON.stringify(cell),
  });

function rowHeader({ kind, name, arn, tags }) {
  const about = {
    untagged: 'session without a tag',
    role: pairs(tags) || 'role',
    operator: 'administrator of the account',
  };
  return make(
    'th',
    { scope: 'row', title: arn },
    make('span', { class: 'name' }, name),
    kind === 'tenant' ? undefined : sub(about[kind]),
  );
}

function showCell(button, { isOwn, isOdd, kind, sign, words }, row, column) {
  const name = `cell ${kind}${isOdd ? ' odd' : ''}`;
  if (button.className !== name) button.className = name;
  button.dataset.diagonal = String(isOwn);
  button.ariaDisabled = String(column.keyArn === undefined);
  text(button, sign);
  const who = row.kind === 'tenant' ? `session of ${row.name}` : row.name;
  const label = `${who}, key of ${column.tenantId}: ${words}${isOdd ? ', not as it should be' : ''}`;
  if (button.ariaLabel !== label) button.ariaLabel = label;
}

$('matrix').addEventListener('click', ({ target }) => {
  const button = target.closest('button');
  if (button === null) return;
  moveTo(button);
  if (button.ariaDisabled === 'true') return;
  const [session, key] = JSON.parse(button.dataset.cell);
  void openDetail(
    () => load(`/_local/matrix/cell?${new URLSearchParams({ session, key })}`),
    cellDetail,
  );
});

$('matrix').addEventListener('keydown', (event) => {
  const buttons = [...$('matrix').querySelectorAll('button')];
  const index = buttons.indexOf(event.target);
  if (index < 0) return;
  const width = $('matrix').tHead.rows[0].cells.length - 1;
  const next = buttons[placeAfter(event.key, index, width)];
  if (next === undefined) return;
  event.preventDefault();
  moveTo(next);
});

/** @returns the place to which a key leads from another, in rows of so many cells; none for other keys */
function placeAfter(key, index, width) {
  const start = index - (index % width);
  const end = start + width - 1;
  const places = {
    ArrowLeft: Math.max(index - 1, start),
    ArrowRight: Math.min(index + 1, end),
    ArrowUp: index - width,
    ArrowDown: index + width,
    Home: start,
    End: end,
  };
  return places[key];
}

function moveTo(button) {
  for (const other of $('matrix').querySelectorAll('button[tabindex="0"]')) other.tabIndex = -1;
  button.tabIndex = 0;
  button.focus();
}
