// The headline of the matrix: who may use a key that is another's, and which tenants can use their own.
import { $, text } from './dom.js';
import { counted, plural } from './words.js';

/** @param states of the cells that are drawn */
export function showVerdict({ total, columns, uses }, states) {
  const others = states.filter(({ isOwn }) => !isOwn).length;
  const crossings = states.filter(({ isCrossing }) => isCrossing).length;
  $('verdict').dataset.state = crossings === 0 ? 'kept' : 'crossed';
  text($('crossings'), String(crossings));
  const be = crossings === 1 ? 'is' : 'are';
  const who = crossings === 0 ? 'nobody' : 'somebody';
  const drawn = total > columns.length ? ` of the ${columns.length} tenants that are listed` : '';
  text(
    $('verdict-text'),
    `of ${counted(others)} cells off the diagonal${drawn} ${be} open: ${who} may use a key that is another's.`,
  );
  text($('verdict-sub'), usesText(total, uses));
}

/** Of all tenants, listed or not. */
function usesText(total, { succeeds = 0, ...others }) {
  const reasons = Object.entries(others).map(([use, count]) =>
    use === 'none yet' ? `${counted(count)} without one yet` : `${plural(count, 'key')} ${use}`,
  );
  const whose = total === 1 ? 'its' : 'their';
  const first = `${counted(succeeds)} of ${plural(total, 'tenant')} can use ${whose} own key now`;
  return reasons.length === 0 ? `${first}.` : `${first}: ${reasons.join(', ')}.`;
}
