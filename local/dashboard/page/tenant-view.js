// One tenant's own view: its status, its key, its rotations, who may use the key, its certificate.

import { stateOfCell } from './cell.js';
import { cellDetail } from './decision.js';
import { facts, openDetail } from './detail.js';
import { $, chip, cut, drawOnce, make, rowHeader, sub, tableCell, tableRow, text } from './dom.js';
import { commands } from './endpoints.js';
import { load } from './load.js';
import { keyParts, lastUse, rotationParts, statusChip, useParts } from './tenants.js';
import { counted, minute, plural, words } from './words.js';

export function showTenant(tenant) {
  const { tenantId, displayName = '', status, keyArn, key } = tenant;
  text($('tenant-title'), tenantId);
  text($('tenant-name'), displayName);
  drawOnce($('tenant-facts'), tenant, () => [
    facts([
      ['Status', statusChip(status)],
      ['Key', parts(keyParts(tenant))],
      ['A use of it now', parts(useParts(tenant.use))],
      ['Created', key === undefined ? '–' : minute(key.createdAt)],
      ['Automatic rotation', parts(rotationParts(key))],
      ['Last use', parts(lastUse(key))],
    ]),
  ]);
  drawOnce($('tenant-rotations'), [keyArn, key?.rotations], () => rotationRows(tenant));
  showCertificate(tenant);
}

/** @param error the stack's answer, such as that there is no such tenant */
export function showNoTenant(tenantId, error) {
  text($('tenant-title'), tenantId);
  text($('tenant-name'), error.message);
  for (const id of ['tenant-facts', 'tenant-rotations', 'tenant-users'])
    drawOnce($(id), [], () => []);
  for (const id of ['certificate-text', 'users-count']) text($(id), '');
  $('certificate-command').hidden = true;
}

const parts = (children) => make('div', {}, ...children);

function rotationRows({ keyArn, key }) {
  const none =
    keyArn === undefined ? 'There is no key yet.' : 'The key is gone, and so is what it had.';
  if (key === undefined) return [make('li', {}, none)];
  if (key.rotations.length === 0)
    return [make('li', {}, 'None yet: the key has its first material.')];
  return key.rotations
    .toReversed()
    .map(({ date, type }) => make('li', {}, `${minute(date)}, ${words(type)}`));
}

function showCertificate({ tenantId, status }) {
  const isErased = status === 'ERASED';
  text(
    $('certificate-text'),
    isErased
      ? 'The tenant is erased. This gets the certificate, with its signature:'
      : 'Once the tenant is erased, a certificate says what was destroyed, by whom and when.',
  );
  $('certificate-command').hidden = !isErased;
  text($('certificate-command'), commands()?.certificate(tenantId) ?? '');
}

export function showUsers({ users, neighbours, actions, key }) {
  const may = users.filter(
    ({ kind, allowed, tenantId }) =>
      kind === 'tenant' && tenantId !== key.tenantId && allowed.length > 0,
  );
  text(
    $('users-count'),
    key === undefined
      ? 'There is no key yet.'
      : `${counted(may.length)} of ${plural(neighbours, 'other tenant')} may use it.`,
  );
  drawOnce($('tenant-users'), users, () => users.map((user) => userRow(user, key, actions)));
}

function userRow(user, key, actions) {
  const { isOdd, kind, words: state } = stateOfCell(user, key, user.allowed, actions);
  const tone = { green: 'yes', stopped: 'care', red: 'no' }[kind];
  const name = user.kind === 'tenant' ? `session of ${user.name}` : user.name;
  const open = make('button', { type: 'button', class: 'link' }, 'why');
  open.ariaLabel = `Why for ${name}?`;
  const query = new URLSearchParams({ session: user.id, key: key.tenantId });
  open.addEventListener('click', () =>
    openDetail(() => load(`/_local/matrix/cell?${query}`), cellDetail),
  );
  return tableRow(
    { 'data-user': user.id },
    rowHeader(cut(name, { title: user.arn })),
    tableCell('Now', {}, chip(state, tone), isOdd ? sub('not as it should be') : ''),
    tableCell('Why', {}, open),
  );
}
