// Refreshes every two seconds while the page is visible.
import { showEvents } from './audit.js';
import { showDetail } from './detail.js';
import { $, text } from './dom.js';
import { loadEndpoints } from './endpoints.js';
import { load } from './load.js';
import { showMatrix } from './matrix.js';
import { showProof } from './proof.js';
import { showTenants } from './tenants.js';

const interval = 2000;
let timer;
let turning = false;
async function turn() {
  clearTimeout(timer);
  if (turning || document.hidden) return;
  turning = true;
  try {
    await loadEndpoints().catch(() => {});
    await Promise.all([
      load('/_local/tenants').then(showTenants),
      load('/_local/matrix').then(showMatrix),
      load('/_local/audit').then(showEvents),
      load('/_local/proof').then(showProof),
      showDetail(),
    ]);
    say('live', 'Live');
  } catch (error) {
    say('lost', 'The stack does not answer; what is shown is old');
    console.warn(error.message);
  }
  turning = false;
  if (!document.hidden) timer = setTimeout(turn, interval);
}
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
void turn();
