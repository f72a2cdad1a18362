// One event of the audit, as a row.
import { chip, cut, make, sub, tableCell } from './dom.js';
import { openWhy } from './why.js';
import { pairs, plural } from './words.js';

const kinds = { kms: 'KMS', request: 'API', attempt: 'API Gateway' };
const stores = { vault: 'Vault', 'azure-key-vault': 'Azure Key Vault' };
const signs = { succeeded: '✓ ', refused: '✕ ', failed: '! ' };
const tones = { refused: 'no', failed: 'care' };

export function eventCells(event) {
  const { time = '', tenantId, operation, outcome, requestId = '', kmsCalls } = event;
  const at = make('time', { dateTime: time, title: time }, time.slice(11, 23).replace('.000', ''));
  const today = time.slice(0, 10) === new Date().toISOString().slice(0, 10);
  const calls =
    kmsCalls?.length === 0 ? 'no call of KMS' : `${plural(kmsCalls?.length ?? 0, 'call')} of KMS`;
  return [
    tableCell('Time (UTC)', { class: 'number mono' }, at, today ? '' : sub(time.slice(0, 10))),
    tableCell('Tenant', {}, cut(tenantId === 'stack/' ? 'none' : tenantId)),
    tableCell('Where', {}, ...whereOf(event)),
    tableCell('Operation', { class: 'operation' }, String(operation), ...changeOf(event)),
    tableCell(
      'Outcome',
      {},
      chip(`${signs[outcome] ?? ''}${outcome}`, tones[outcome]),
      ...aboutOutcome(event),
    ),
    tableCell('Who', { class: 'who' }, ...whoOf(event)),
    tableCell('Encryption context', { class: 'context mono' }, contextOf(event)),
    tableCell(
      'Request',
      { class: 'mono', title: requestId },
      requestId.slice(-12),
      kmsCalls === undefined ? '' : sub(calls),
    ),
  ];
}

/** CloudTrail has the calls of KMS; those of other key stores are our own functions' word. */
function whereOf({ kind, keyStore, source }) {
  if (keyStore === undefined) return [kinds[kind] ?? String(kind)];
  return [stores[keyStore] ?? String(keyStore), source === 'product-log' ? sub('by our log') : ''];
}

/** What a request changed of its tenant: `status ACTIVE → SUSPENDED`. */
function changeOf({ before = {}, after = {} }) {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.map((name) => {
    const line = `${name} ${valueText(before[name])} → ${valueText(after[name])}`;
    return make('span', { class: 'sub change', title: line }, line);
  });
}

const valueText = (value = '–') => (typeof value === 'object' ? JSON.stringify(value) : value);

function whoOf({ principal = '', session, sourceAddress, actor, label }) {
  const [, name = principal] = /^arn:.*:(?:role|user)\/(?:.*\/)?(.+)$/.exec(principal) ?? [];
  const details = session === undefined ? (sourceAddress ?? '') : `session ${plain(session)}`;
  const claimed = [
    actor === undefined ? '' : `for ${actor}`,
    label === undefined ? '' : `“${label}”`,
  ];
  return [
    cut(plain(name), { title: principal }),
    ...[details, ...claimed]
      .filter(Boolean)
      .map((line) => sub(cut(line, { title: session ?? line }))),
  ];
}

/** CloudFormation puts the stack's name before a name, and a hash behind it. */
const plain = (text) => text.replace(/^TenantKeys-(.+?)[0-9A-F]{8}$/, '$1');

function aboutOutcome(event) {
  const { outcome, status, errorCode, times } = event;
  const parts = [
    status === undefined ? '' : `HTTP ${status}`,
    errorCode ?? '',
    times > 1 ? `${times} times` : '',
  ];
  const about = parts.filter(Boolean).join(', ');
  const why = outcome === 'succeeded' ? '' : whyButton(event);
  return about === '' && why === ''
    ? []
    : [sub(about, about === '' || why === '' ? '' : ', ', why)];
}

const contextOf = ({ encryptionContext = {} }) => pairs(encryptionContext) || '–';

function whyButton(event) {
  const button = make('button', { type: 'button', class: 'link' }, 'why');
  button.ariaLabel = `Why was ${event.operation} on ${event.tenantId} ${event.outcome}?`;
  button.addEventListener('click', () => openWhy(event));
  return button;
}
