// Which tenants are listed: the search, the filter, the pages.
import { $, make, text } from './dom.js';
import { listTenants, selection } from './selection.js';
import { counted } from './words.js';

/** Typing is over when nothing was typed for so long. */
const pauseMs = 200;

/** The tenants' list and the matrix show the same tenants, so either's answer will do. */
export function showFinder({ total, uses, matched, page, pages, first, tenants }) {
  $('finder').hidden = total === 0;
  $('pager').hidden = pages === 1;
  const range = `${counted(first)} to ${counted(first + tenants.length - 1)} of ${counted(matched)}`;
  text($('range'), matched === 0 ? '' : range);
  $('previous').disabled = page === 1;
  $('next').disabled = page === pages;
  shown = { page, pages };
  showUses(uses);
  const { search, use } = selection();
  if (document.activeElement !== $('search') && $('search').value !== search)
    $('search').value = search;
  if ($('filter-use').value !== use) $('filter-use').value = use;
}
let shown = { page: 1, pages: 1 };

let usesDrawn = '';
function showUses(uses) {
  const drawn = JSON.stringify([uses, selection().use]);
  if (drawn === usesDrawn) return;
  usesDrawn = drawn;
  const total = Object.values(uses).reduce((sum, count) => sum + count, 0);
  const usable = uses.succeeds ?? 0;
  const option = (value, label) => make('option', { value }, label);
  const others = Object.entries(uses).filter(([use]) => use !== 'succeeds');
  $('filter-use').replaceChildren(
    option('', `all ${counted(total)}`),
    option('succeeds', `can use it (${counted(usable)})`),
    option('fails', `cannot use it (${counted(total - usable)})`),
    ...others.map(([use, count]) =>
      option(use, `${use === 'none yet' ? 'no key yet' : `key ${use}`} (${counted(count)})`),
    ),
  );
  $('filter-use').value = selection().use;
}

let typing;
$('search').addEventListener('input', () => {
  clearTimeout(typing);
  typing = setTimeout(() => listTenants({ search: $('search').value.trim() }), pauseMs);
});
$('finder').addEventListener('submit', (event) => {
  event.preventDefault();
  clearTimeout(typing);
  listTenants({ search: $('search').value.trim() });
});
$('filter-use').addEventListener('change', () => listTenants({ use: $('filter-use').value }));
$('previous').addEventListener('click', () => listTenants({ page: shown.page - 1 }));
$('next').addEventListener('click', () => listTenants({ page: shown.page + 1 }));
