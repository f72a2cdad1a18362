// The tenants, each with its key, and what KMS would do with it now.
import { $, chip, cut, make, rowHeader, sub, tableCell, tableRow, text } from './dom.js';
import { commands } from './endpoints.js';
import { tenantAddress } from './selection.js';
import { counted, minute, plural, stateWords, words } from './words.js';

const tones = {
  ACTIVE: 'yes',
  Enabled: 'yes',
  PROVISIONING: 'care',
  SUSPENDED: 'care',
  Disabled: 'care',
  OFFBOARDING: 'no',
  PendingDeletion: 'no',
};
const tenantsShown = new Map();

export function showTenants({ total, matched, tenants }) {
  text($('tenants-count'), total === 0 ? '' : countOf(total, matched));
  $('tenants-table').hidden = tenants.length === 0;
  $('tenants-none').hidden = total === 0 || matched > 0;
  $('tenants-empty').hidden = total !== 0 || commands() === undefined;
  const body = $('tenants').tBodies[0];
  const ids = new Set(tenants.map(({ tenantId }) => tenantId));
  for (const [id, { row }] of tenantsShown) {
    if (ids.has(id)) continue;
    row.remove();
    tenantsShown.delete(id);
  }
  tenants.forEach((tenant, index) => {
    const state = JSON.stringify(tenant);
    const known = tenantsShown.get(tenant.tenantId);
    const row = known?.row ?? tableRow({ 'data-tenant': tenant.tenantId });
    if (known?.state !== state) redraw(row, tenantCells(tenant));
    if (body.rows[index] !== row) body.insertBefore(row, body.rows[index] ?? null);
    tenantsShown.set(tenant.tenantId, { row, state });
  });
  showCommands(tenants);
}

const countOf = (total, matched) =>
  matched === total ? plural(total, 'tenant') : `${counted(matched)} of ${plural(total, 'tenant')}`;

/** The focus stays on the row's link. */
function redraw(row, cells) {
  const focused = row.contains(document.activeElement);
  row.replaceChildren(...cells);
  if (focused) row.querySelector('a').focus();
}

function showCommands(tenants) {
  const active = tenants.find(({ status }) => status === 'ACTIVE');
  $('encrypt-command').hidden = active === undefined || commands() === undefined;
  text($('onboard-command'), commands()?.onboard ?? '');
  if (active !== undefined) text($('encrypt-command'), commands()?.encrypt(active.tenantId) ?? '');
}

function tenantCells(tenant) {
  const { tenantId, displayName, status, key } = tenant;
  return [
    rowHeader(
      make('a', { href: tenantAddress(tenantId), class: 'name', title: tenantId }, tenantId),
      displayName === undefined ? undefined : cut(displayName, { class: 'sub name' }),
    ),
    tableCell('Status', {}, statusChip(status)),
    tableCell('Key', {}, ...keyParts(tenant)),
    tableCell('A use of it now', {}, ...useParts(tenant.use)),
    tableCell('Rotation', {}, ...rotationParts(key), ...lastRotation(key)),
    tableCell('Last use', {}, ...lastUse(key)),
  ];
}

export const statusChip = (status) => (status === undefined ? '–' : chip(status, tones[status]));

export function keyParts({ keyArn, key }) {
  const id =
    keyArn === undefined
      ? ''
      : sub(make('span', { class: 'mono', title: keyArn }, keyArn.split('/').at(-1)));
  if (key === undefined) return [chip(keyArn === undefined ? 'none yet' : 'gone'), id];
  const end = key.deletionDate === undefined ? '' : sub(`destroyed ${minute(key.deletionDate)}`);
  return [chip(stateWords(key.state), tones[key.state]), id, end];
}

/** As KMS would answer the tenant's own session. */
export function useParts({ outcome, error }) {
  if (outcome === 'succeeds') return [chip('✓ succeeds', 'yes')];
  return [chip(`✕ ${outcome}`, 'care'), sub(error ?? '')];
}

export function rotationParts(key) {
  if (key?.rotation === undefined) return [key === undefined ? '–' : 'off'];
  const { periodInDays, nextDate } = key.rotation;
  return [`every ${plural(periodInDays, 'day')}`, number(`next ${minute(nextDate)}`)];
}

function lastRotation(key) {
  if (key === undefined) return [];
  const { rotations } = key;
  const last = rotations.at(-1);
  if (last === undefined) return [sub('none so far')];
  return [
    sub(`${counted(rotations.length)} so far, last ${words(last.type)}`),
    number(minute(last.date)),
  ];
}

export function lastUse(key) {
  if (key?.lastUse === undefined) return [key === undefined ? '–' : 'never'];
  return [key.lastUse.operation, number(minute(key.lastUse.date))];
}

const number = (words) => sub(make('span', { class: 'number' }, words));
