// The audit stream: the newest events, or those of one tenant.
import { eventCells } from './audit-event.js';
import { $, tableRow, text } from './dom.js';
import { selection } from './selection.js';
import { plural } from './words.js';

const shown = new Map();
/** of the query whose events are shown; a change of it brings no fresh events */
let queryShown;

/** @returns the query of the endpoint */
export function auditQuery() {
  const { tenantId } = selection();
  return new URLSearchParams({
    ...(tenantId === undefined ? { search: $('filter-tenant').value.trim() } : { tenantId }),
    refused: String($('filter-refused').checked),
    routine: String($('filter-routine').checked),
  }).toString();
}

/** @param query for which the events are the answer */
export function showEvents({ events }, query) {
  const body = $('audit').tBodies[0];
  const isFirst = query !== queryShown;
  queryShown = query;
  const wanted = new Set(events.map(idOf));
  for (const [id, row] of shown) {
    if (wanted.has(id)) continue;
    row.remove();
    shown.delete(id);
  }
  events.forEach((event, index) => {
    const id = idOf(event);
    const row = shown.get(id) ?? rowOf(event, id, !isFirst);
    shown.set(id, row);
    if (body.rows[index] !== row) body.insertBefore(row, body.rows[index] ?? null);
  });
  $('audit-table').hidden = events.length === 0;
  $('audit-empty').hidden = events.length !== 0;
  const isFiltered = $('filter-refused').checked || $('filter-tenant').value !== '';
  $('audit-none').hidden = !isFiltered;
  $('audit-first').hidden = isFiltered;
  $('filter-tenant-label').hidden = selection().tenantId !== undefined;
  text($('audit-count'), events.length === 0 ? '' : plural(events.length, 'event'));
}

const idOf = ({ tenantId, eventKey }) => `${tenantId} ${eventKey}`;

const rowOf = (event, id, isFresh) =>
  tableRow(
    { class: `${event.outcome}${isFresh ? ' fresh' : ''}`, 'data-event': id },
    ...eventCells(event),
  );

/** @param listener called when other events are wanted */
export function onAuditFilter(listener) {
  for (const id of ['filter-refused', 'filter-routine']) $(id).addEventListener('change', listener);
  let typing;
  $('filter-tenant').addEventListener('input', () => {
    clearTimeout(typing);
    typing = setTimeout(listener, 200);
  });
}
