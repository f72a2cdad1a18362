// The audit stream.
import { decisionDetail } from './decision.js';
import { openDetail } from './detail.js';
import { $, chip, make, sub, text } from './dom.js';
import { load } from './load.js';
import { pairs, plural } from './words.js';

const kept = 500;
const events = new Map();
let first = true;

export function showEvents({ events: newest }) {
  const body = $('audit').tBodies[0];
  const fresh = newest.filter((event) => !events.has(idOf(event)));
  for (const event of fresh) {
    const row = make(
      'tr',
      { class: `${event.outcome}${first ? '' : ' fresh'}`, 'data-event': idOf(event) },
      ...eventCells(event),
    );
    events.set(idOf(event), { event, row });
  }
  if (fresh.length > 0) {
    const order = [...events.values()].sort((a, b) =>
      a.event.eventKey < b.event.eventKey ? 1 : -1,
    );
    for (const { event, row } of order.splice(kept)) {
      row.remove();
      events.delete(idOf(event));
    }
    order.forEach(({ row }, index) => {
      if (body.rows[index] !== row) body.insertBefore(row, body.rows[index] ?? null);
    });
    tenantOptions();
  }
  first = false;
  $('audit-table').hidden = $('filters').hidden = events.size === 0;
  $('audit-empty').hidden = events.size !== 0;
  filterEvents();
}
const idOf = ({ tenantId, eventKey }) => `${tenantId} ${eventKey}`;

function eventCells(event) {
  const { time = '', tenantId, kind, operation, outcome, requestId = '', kmsCalls } = event;
  const at = make('time', { dateTime: time, title: time }, time.slice(11, 23).replace('.000', ''));
  const today = time.slice(0, 10) === new Date().toISOString().slice(0, 10);
  const sign = { succeeded: '✓ ', refused: '✕ ', failed: '! ' }[outcome] ?? '';
  const tone = { succeeded: '', refused: 'no', failed: 'care' }[outcome];
  return [
    make('td', { class: 'number mono' }, at, today ? '' : sub(time.slice(0, 10))),
    make('td', {}, make('span', { class: 'name', title: tenantId }, tenantId)),
    make('td', {}, kind === 'kms' ? 'KMS' : kind === 'request' ? 'API' : String(kind)),
    make('td', {}, String(operation)),
    make('td', {}, chip(`${sign}${outcome}`, tone), ...aboutOutcome(event)),
    make('td', { class: 'who' }, ...whoOf(event)),
    make('td', { class: 'context mono' }, contextOf(event)),
    make(
      'td',
      { class: 'mono', title: requestId },
      requestId.slice(-12),
      kmsCalls === undefined
        ? ''
        : sub(
            kmsCalls.length === 0 ? 'no call of KMS' : `${plural(kmsCalls.length, 'call')} of KMS`,
          ),
    ),
  ];
}
function whoOf({ principal = '', session, sourceAddress }) {
  const [, name = principal] = /^arn:.*:(?:role|user)\/(?:.*\/)?(.+)$/.exec(principal) ?? [];
  // CloudFormation puts the stack's name before a name, and a hash behind it.
  const plain = (text) => text.replace(/^TenantKeys-(.+?)[0-9A-F]{8}$/, '$1');
  const details = session === undefined ? (sourceAddress ?? '') : `session ${plain(session)}`;
  return [
    make('span', { title: principal }, plain(name)),
    details === '' ? '' : make('span', { class: 'sub', title: session ?? '' }, details),
  ];
}
function aboutOutcome(event) {
  const { outcome, status, errorCode } = event;
  const about = [status === undefined ? undefined : `HTTP ${status}`, errorCode]
    .filter(Boolean)
    .join(', ');
  const why = outcome === 'refused' ? whyButton(event) : '';
  return about === '' && why === ''
    ? []
    : [sub(about, about === '' || why === '' ? '' : ', ', why)];
}
const contextOf = ({ encryptionContext = {} }) => pairs(encryptionContext) || '–';

function whyButton({ requestId, operation, tenantId }) {
  const button = make('button', { type: 'button', class: 'link' }, 'why');
  button.setAttribute('aria-label', `Why was ${operation} on ${tenantId} refused?`);
  button.addEventListener('click', () =>
    openDetail(
      () => load(`/_local/decisions/${encodeURIComponent(requestId)}`),
      (records) => decisionDetail(requestId, operation, records),
    ),
  );
  return button;
}
function tenantOptions() {
  const select = $('filter-tenant');
  const listed = new Set([...select.options].map(({ value }) => value));
  const missing = new Set(
    [...events.values()].map(({ event }) => event.tenantId).filter((id) => !listed.has(id)),
  );
  for (const id of [...missing].sort()) select.append(make('option', { value: id }, id));
}
function filterEvents() {
  const tenant = $('filter-tenant').value;
  const only = $('filter-refused').checked;
  let shown = 0;
  for (const { event, row } of events.values()) {
    row.hidden =
      (tenant !== '' && event.tenantId !== tenant) || (only && event.outcome === 'succeeded');
    if (!row.hidden) shown += 1;
  }
  text(
    $('audit-count'),
    events.size === 0
      ? ''
      : shown === events.size
        ? plural(shown, 'event')
        : `${shown} of ${plural(events.size, 'event')}`,
  );
}
$('filter-tenant').addEventListener('change', filterEvents);
$('filter-refused').addEventListener('change', filterEvents);
