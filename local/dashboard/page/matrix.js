// Who may use which key.
import { cellDetail, nameKeys } from './decision.js';
import { openDetail } from './detail.js';
import { $, make, sub, text } from './dom.js';
import { load } from './load.js';
import { pairs, plural, stateWords } from './words.js';

let matrixDrawn = '';

export function showMatrix({ tenants, actions, columns, rows }) {
  const none = columns.length === 0;
  for (const id of ['verdict', 'matrix-split', 'legend']) $(id).hidden = none;
  $('matrix-empty').hidden = !none;
  nameKeys(columns.map(({ keyArn, tenantId }) => [keyArn, `${tenantId}'s key`]));
  const shape = JSON.stringify([columns, rows.map(({ id, arn }) => [id, arn])]);
  if (shape !== matrixDrawn) drawMatrix(columns, rows);
  matrixDrawn = shape;
  const buttons = [...$('matrix').querySelectorAll('button')];
  for (const [y, row] of rows.entries()) {
    for (const [x, allowed] of row.cells.entries()) {
      showCell(buttons[y * columns.length + x], row, columns[x], allowed, actions);
    }
  }
  showVerdict(tenants, columns);
}

function drawMatrix(columns, rows) {
  const focused = document.activeElement?.dataset?.cell;
  const head = make(
    'tr',
    {},
    make('th', { scope: 'col' }, 'Session'),
    ...columns.map(({ tenantId, keyState, keyArn }) =>
      make(
        'th',
        { scope: 'col', title: keyArn },
        make('span', { class: 'name' }, tenantId),
        sub(stateWords(keyState)),
      ),
    ),
  );
  const group = (title, members) =>
    make(
      'tbody',
      {},
      make(
        'tr',
        { class: 'group' },
        make('th', { scope: 'rowgroup', colSpan: columns.length + 1 }, title),
      ),
      ...members.map((row) =>
        make(
          'tr',
          {},
          rowHeader(row),
          ...columns.map(({ tenantId }) =>
            make(
              'td',
              {},
              make('button', {
                type: 'button',
                class: 'cell',
                tabIndex: -1,
                'data-cell': JSON.stringify([row.id, tenantId]),
              }),
            ),
          ),
        ),
      ),
    );
  const isTenant = ({ kind }) => kind === 'tenant';
  $('matrix').replaceChildren(
    make('thead', {}, head),
    group('Sessions of the tenant role, each with its tag', rows.filter(isTenant)),
    group(
      'Everybody else',
      rows.filter((row) => !isTenant(row)),
    ),
  );
  const buttons = [...$('matrix').querySelectorAll('button')];
  const current = buttons.find(({ dataset }) => dataset.cell === focused);
  if (buttons.length > 0) (current ?? buttons[0]).tabIndex = 0;
  current?.focus();
}

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

function showCell(button, row, column, allowed, actions) {
  const may = allowed.length > 0;
  const own = row.kind === 'tenant' && row.tenantId === column.tenantId;
  const all = allowed.length === actions.length;
  button.className = `cell ${may ? 'green' : 'red'}${may === own ? '' : ' odd'}`;
  button.dataset.diagonal = String(own);
  text(button, may ? (all ? '✓' : `✓ ${allowed.length} of ${actions.length}`) : '✕');
  const who = row.kind === 'tenant' ? `session of ${row.name}` : row.name;
  const answer = may
    ? `may use it, ${allowed.length} of ${actions.length} actions`
    : 'refused every use';
  const label = `${who}, key of ${column.tenantId}: ${answer}${may === own ? '' : ', not as it should be'}`;
  if (button.getAttribute('aria-label') !== label) button.setAttribute('aria-label', label);
}

// Counted from what is drawn.
function showVerdict(tenants, columns) {
  const count = (selector) => $('matrix').querySelectorAll(selector).length;
  const crossings = count('.green[data-diagonal=false]');
  const others = count('[data-diagonal=false]');
  const own = count('.green[data-diagonal=true]');
  $('verdict').dataset.state = crossings === 0 ? 'kept' : 'crossed';
  text($('crossings'), String(crossings));
  const be = crossings === 1 ? 'is' : 'are';
  const who = crossings === 0 ? 'nobody' : 'somebody';
  text(
    $('verdict-text'),
    `of ${others} cells off the diagonal ${be} green: ${who} may use a key that is another's.`,
  );
  const part =
    tenants > columns.length ? ` Drawn are the first ${columns.length} of ${tenants} tenants.` : '';
  text(
    $('verdict-sub'),
    `${own} of ${plural(columns.length, 'tenant')} may use ${columns.length === 1 ? 'its' : 'their'} own key.${part}`,
  );
}

$('matrix').addEventListener('click', ({ target }) => {
  const button = target.closest('button');
  if (button === null) return;
  moveTo(button);
  const [session, key] = JSON.parse(button.dataset.cell);
  void openDetail(
    () => load(`/_local/matrix/cell?${new URLSearchParams({ session, key })}`),
    cellDetail,
  );
});
$('matrix').addEventListener('keydown', (event) => {
  const buttons = [...$('matrix').querySelectorAll('button')];
  const index = buttons.indexOf(event.target);
  const width = $('matrix').tHead.rows[0].cells.length - 1;
  const start = index - (index % width);
  const next = {
    ArrowLeft: index % width === 0 ? index : index - 1,
    ArrowRight: index % width === width - 1 ? index : index + 1,
    ArrowUp: index - width,
    ArrowDown: index + width,
    Home: start,
    End: start + width - 1,
  }[event.key];
  if (index < 0 || buttons[next] === undefined) return;
  event.preventDefault();
  moveTo(buttons[next]);
});
function moveTo(button) {
  for (const other of $('matrix').querySelectorAll('button[tabindex="0"]')) other.tabIndex = -1;
  button.tabIndex = 0;
  button.focus();
}
