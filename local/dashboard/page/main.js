// Refreshes every two seconds while the page is visible, and at once when something else is to be shown.
import { auditQuery, onAuditFilter, showEvents } from './audit.js';
import { showDetail } from './detail.js';
import { $, text } from './dom.js';
import { loadEndpoints } from './endpoints.js';
import { showFinder } from './finder.js';
import { load } from './load.js';
import { showMatrix } from './matrix.js';
import { showProof } from './proof.js';
import { listAddress, listQuery, onSelection, selection } from './selection.js';
import { showNoTenant, showTenant, showUsers } from './tenant-view.js';
import { showTenants } from './tenants.js';

const interval = 2000;
let timer;
let isTurning = false;
/** something else was chosen while an older choice was still loading */
let isStale = false;

async function turn() {
  clearTimeout(timer);
  isStale = isTurning;
  if (isTurning || document.hidden) return;
  isTurning = true;
  try {
    await loadEndpoints().catch(() => {});
    await Promise.all([...parts(), loadEvents(), showDetail()]);
    say('live', 'Live');
  } catch (error) {
    say('lost', 'The stack does not answer; what is shown is old');
    console.warn(error.message);
  }
  isTurning = false;
  if (isStale) return turn();
  if (!document.hidden) timer = setTimeout(turn, interval);
}

function parts() {
  const { tenantId } = selection();
  if (tenantId !== undefined) return tenantParts(tenantId);
  const query = listQuery();
  const drawing = (draw) => (answer) => {
    if (!isStale) draw(answer);
  };
  return [
    load(`/_local/tenants?${query}`).then(
      drawing((answer) => {
        showFinder(answer);
        showTenants(answer);
      }),
    ),
    load(`/_local/matrix?${query}`).then(drawing(showMatrix)),
    load('/_local/proof').then(showProof),
  ];
}

function tenantParts(tenantId) {
  const query = new URLSearchParams({ tenantId });
  const tenant = load(`/_local/tenant?${query}`).then(showTenant);
  const users = load(`/_local/tenant/users?${query}`).then(showUsers);
  return [
    Promise.all([tenant, users]).catch((error) => {
      if (error.status !== 404) throw error;
      showNoTenant(tenantId, error);
    }),
  ];
}

async function loadEvents() {
  const query = auditQuery();
  const answer = await load(`/_local/audit?${query}`);
  if (query === auditQuery()) showEvents(answer, query);
}

/** The overview, or one tenant's own view. */
function showView({ tenantId }) {
  if (tenantId === viewed) return;
  viewed = tenantId;
  const isOverview = tenantId === undefined;
  $('overview').hidden = !isOverview;
  $('tenant').hidden = isOverview;
  document.title = isOverview ? title : `${tenantId}: ${title}`;
  scrollTo(0, 0);
  if (isOverview) return;
  $('back').href = listAddress();
  text($('tenant-title'), tenantId);
  $('tenant-title').focus();
}
const { title } = document;
let viewed;

function say(state, words) {
  if (document.hidden && state !== 'paused') return;
  $('live').dataset.state = state;
  text($('live'), words);
}

document.addEventListener('visibilitychange', () => {
  if (document.hidden) {
    clearTimeout(timer);
    say('paused', 'Paused while hidden');
  } else void turn();
});
onSelection((selected) => {
  showView(selected);
  void turn();
});
onAuditFilter(() => void turn());
showView(selection());
void turn();
