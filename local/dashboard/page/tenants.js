// The tenants, each with its key.
import { $, chip, make, sub, text } from './dom.js';
import { endpoints, tokenCommand } from './endpoints.js';
import { minute, plural, stateWords, words } from './words.js';

const tones = {
  ACTIVE: 'yes',
  Enabled: 'yes',
  SUSPENDED: 'care',
  Disabled: 'care',
  OFFBOARDING: 'no',
  PendingDeletion: 'no',
};
const tenantsShown = new Map();

export function showTenants({ tenants }) {
  text($('tenants-count'), tenants.length === 0 ? '' : plural(tenants.length, 'tenant'));
  $('tenants-table').hidden = tenants.length === 0;
  $('tenants-empty').hidden = tenants.length !== 0 || endpoints === undefined;
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
    const row = known?.row ?? make('tr', { 'data-tenant': tenant.tenantId });
    if (known?.state !== state) row.replaceChildren(...tenantCells(tenant));
    if (body.rows[index] !== row) body.insertBefore(row, body.rows[index] ?? null);
    tenantsShown.set(tenant.tenantId, { row, state });
  });
  const active = tenants.find(({ status }) => status === 'ACTIVE');
  $('encrypt-command').hidden = active === undefined || endpoints === undefined;
  if (active === undefined || endpoints === undefined) return;
  text(
    $('encrypt-command'),
    [
      tokenCommand(`-d scope=tenant-keys/crypto -d tenant_id=${active.tenantId}`),
      `curl -s ${endpoints.api}/tenants/${active.tenantId}/encrypt -H "Authorization: Bearer $token" \\
  -H 'Content-Type: application/json' -d '{"plaintext":"aGVsbG8="}'`,
    ].join('\n'),
  );
}

function tenantCells({ tenantId, displayName, status, keyArn, key }) {
  const cell = (...children) => make('td', {}, ...children);
  const name = make('span', { class: 'name', title: tenantId }, tenantId);
  const title =
    displayName === undefined
      ? undefined
      : make('span', { class: 'sub name', title: displayName }, displayName);
  return [
    make('th', { scope: 'row' }, name, title),
    cell(status === undefined ? '–' : chip(status, tones[status])),
    key === undefined
      ? cell(
          chip(keyArn === undefined ? 'none yet' : 'gone'),
          keyArn === undefined
            ? ''
            : sub(make('span', { class: 'mono', title: keyArn }, keyArn.split('/').at(-1))),
        )
      : cell(
          chip(stateWords(key.state), tones[key.state]),
          sub(make('span', { class: 'mono', title: keyArn }, key.keyId)),
          key.deletionDate === undefined ? '' : sub(`destroyed ${minute(key.deletionDate)}`),
        ),
    key?.rotation === undefined
      ? cell(key === undefined ? '–' : 'off')
      : cell(
          `every ${plural(key.rotation.periodInDays, 'day')}`,
          sub(make('span', { class: 'number' }, `next ${minute(key.rotation.nextDate)}`)),
        ),
    key === undefined
      ? cell('–')
      : cell(make('span', { class: 'number' }, String(key.rotations.length)), ...lastRotation(key)),
    key?.lastUse === undefined
      ? cell(key === undefined ? '–' : 'never')
      : cell(
          key.lastUse.operation,
          sub(make('span', { class: 'number' }, minute(key.lastUse.date))),
        ),
  ];
}

function lastRotation({ rotations, createdAt }) {
  const last = rotations.at(-1);
  if (last === undefined) return [sub(`material of ${minute(createdAt)}`)];
  return [sub(`last ${words(last.type)}, ${minute(last.date)}`)];
}
